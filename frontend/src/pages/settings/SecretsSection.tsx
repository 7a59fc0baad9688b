import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import { removeSecret, secretsQuery } from "../../api/settings/secrets";
import { useTenant } from "../../components/useTenant";
import { PutSecret } from "../../forms/settings/PutSecret";
import { RenewKey } from "../../forms/settings/RenewKey";
import { Note, ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";

const COLUMNS: Columns = ["Name", "Sent only to", ["Version", "end"], "Set by", ["Set", "end"], ACTIONS];

export function SecretsSection() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const reason = may(tenant, "secrets:manage");
  const secrets = useQuery({ ...secretsQuery(tenant.slug), enabled: reason === null });
  const refresh = () => queries.invalidateQueries({ queryKey: [tenant.slug, "secrets"] });
  const remove = useMutation({
    mutationFn: (name: string) => removeSecret(tenant.slug, name),
    onSettled: refresh,
  });
  return (
    <Page
      title="Secrets"
      lead="A tool names a secret and never sees it: its value is put in as a request leaves for one of its hosts, and taken out of logs, errors and journals."
      actions={<RenewKey reason={reason} />}
    >
      {reason && <Note tone="warn" title={reason} />}
      <ProblemNote error={secrets.error ?? remove.error} />
      <Panel title="Set a secret">
        <PutSecret onPut={refresh} />
      </Panel>
      <Panel flush>
        {secrets.data?.items.length === 0 ? (
          <Empty title="No secrets yet">
            In a tool, <code>secret("stripe_key")</code> stands for the secret of that name.
          </Empty>
        ) : (
          <Table label="Secrets" columns={COLUMNS}>
            {secrets.data?.items.map((secret) => (
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
                <td data-align="end">
                  <ReasonButton
                    size="compact-xs"
                    reason={reason}
                    aria-label={`Remove ${secret.name}`}
                    onClick={() => remove.mutate(secret.name)}
                  >
                    Remove
                  </ReasonButton>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Panel>
    </Page>
  );
}
