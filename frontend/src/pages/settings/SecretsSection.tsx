import { may } from "../../api/permissions";
import { removeSecret, secretsQuery } from "../../api/settings/secrets";
import { ListPage } from "../../components/lists/ListPage";
import { ListPanel } from "../../components/lists/ListPanel";
import { RowAction } from "../../components/lists/RowAction";
import { useList } from "../../components/lists/useList";
import { useTenant } from "../../components/useTenant";
import { PutSecret } from "../../forms/settings/PutSecret";
import { RenewKey } from "../../forms/settings/RenewKey";
import { Empty, Panel } from "../../ui/Page";
import { ACTIONS, type Columns } from "../../ui/Table";
import { Time } from "../../ui/Time";

const COLUMNS: Columns = ["Name", "Sent only to", ["Version", "end"], "Set by", ["Set", "end"], ["Expires", "end"], ACTIONS];

export function SecretsSection() {
  const { tenant } = useTenant();
  const reason = may(tenant, "secrets:manage");
  const secrets = useList({ ...secretsQuery(tenant.slug), enabled: reason === null }, (name: string) =>
    removeSecret(tenant.slug, name),
  );
  return (
    <ListPage
      title="Secrets"
      lead="A tool names a secret and never sees it: its value is put in as a request leaves for one of its hosts, and taken out of logs, errors and journals."
      actions={<RenewKey reason={reason} />}
      reason={reason}
      error={secrets.error}
    >
      <Panel title="Set a secret">
        <PutSecret onPut={secrets.refresh} />
      </Panel>
      <ListPanel
        items={secrets.items}
        label="Secrets"
        columns={COLUMNS}
        empty={
          <Empty title="No secrets yet">
            In a tool, <code>secret("stripe_key")</code> stands for the secret of that name.
          </Empty>
        }
        renderRow={(secret) => (
          <tr key={secret.name}>
            <td>
              <code>{secret.name}</code>
            </td>
            <td>{secret.hosts.join(", ")}</td>
            <td data-align="end">{secret.version}</td>
            <td>{secret.updated_by.label}</td>
            <td data-align="end">
              <Time iso={secret.updated_at} />
            </td>
            <td data-align="end">{secret.expires_at ? <Time iso={secret.expires_at} /> : "not said"}</td>
            <td data-align="end">
              <RowAction
                verb="Remove"
                to={secret.name}
                ask="Its value is deleted at once. Tools that name it fail from then on, until somebody sets it again."
                reason={reason}
                onClick={() => secrets.remove(secret.name)}
              />
            </td>
          </tr>
        )}
      />
    </ListPage>
  );
}
