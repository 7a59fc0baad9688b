import { may } from "../../api/permissions";
import { keysQuery, revokeKey } from "../../api/settings/keys";
import { ListPage } from "../../components/lists/ListPage";
import { ListPanel } from "../../components/lists/ListPanel";
import { RowAction } from "../../components/lists/RowAction";
import { useList } from "../../components/lists/useList";
import { useTenant } from "../../components/useTenant";
import { CreateKey } from "../../forms/settings/CreateKey";
import { Empty, Panel } from "../../ui/Page";
import { ACTIONS, type Columns } from "../../ui/Table";
import { Time } from "../../ui/Time";

const COLUMNS: Columns = ["Name", "Begins with", "May", "Last used", "Expires", ["Made", "end"], ACTIONS];

export function KeysSection() {
  const { tenant } = useTenant();
  const keys = useList(keysQuery(tenant.slug), (id: string) => revokeKey(tenant.slug, id));
  const reason = may(tenant, "keys:manage");
  return (
    <ListPage
      title="API keys"
      lead="For programs, and for agents that cannot sign in. A key never does more than the person who made it."
      error={keys.error}
    >
      <Panel title="Make a key">
        <CreateKey onCreated={keys.refresh} />
      </Panel>
      <ListPanel
        items={keys.items}
        label="API keys"
        columns={COLUMNS}
        empty={<Empty title="No keys yet">Make one above; its token is shown that once.</Empty>}
        renderRow={(key) => (
          <tr key={key.id}>
            <td>{key.name}</td>
            <td>
              <code>{key.prefix}…</code>
            </td>
            <td>{key.scopes.join(", ")}</td>
            <td>
              <Time iso={key.last_used_at} />
            </td>
            <td>
              <Time iso={key.expires_at} />
            </td>
            <td data-align="end">
              <Time iso={key.created_at} />
            </td>
            <td data-align="end">
              {key.revoked_at ? (
                "revoked"
              ) : (
                <RowAction
                  verb="Revoke"
                  to={key.name}
                  ask="Whatever uses this key is refused at once, for good. What the key itself has made ends with it."
                  reason={reason}
                  onClick={() => keys.remove(key.id)}
                />
              )}
            </td>
          </tr>
        )}
      />
    </ListPage>
  );
}
