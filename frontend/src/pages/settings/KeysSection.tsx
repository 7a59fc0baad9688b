import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import type { KeyOut } from "../../api/generated/types.gen";
import { keysQuery, revokeKey } from "../../api/settings/keys";
import { useTenant } from "../../components/useTenant";
import { CreateKey } from "../../forms/settings/CreateKey";
import { ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";

const COLUMNS: Columns = ["Name", "Begins with", "May", "Last used", "Expires", ["Made", "end"], ACTIONS];

export function KeysSection() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const keys = useQuery(keysQuery(tenant.slug));
  const refresh = () => queries.invalidateQueries({ queryKey: [tenant.slug, "api-keys"] });
  const revoke = useMutation({
    mutationFn: (key: KeyOut) => revokeKey(tenant.slug, key.id),
    onSettled: refresh,
  });
  const reason = may(tenant, "keys:manage");
  return (
    <Page
      title="API keys"
      lead="For programs, and for agents that cannot sign in. A key never does more than the person who made it."
    >
      <ProblemNote error={keys.error ?? revoke.error} />
      <Panel title="Make a key">
        <CreateKey onCreated={refresh} />
      </Panel>
      <Panel flush>
        {keys.data?.items.length === 0 ? (
          <Empty title="No keys yet">Make one above; its token is shown that once.</Empty>
        ) : (
          <Table label="API keys" columns={COLUMNS}>
            {keys.data?.items.map((key) => (
              <tr key={key.id}>
                <td>{key.name}</td>
                <td>
                  <code>{key.prefix}…</code>
                </td>
                <td>{key.scopes.join(", ")}</td>
                <td>{key.last_used_at ? <Time iso={key.last_used_at} /> : "never"}</td>
                <td>{key.expires_at ? <Time iso={key.expires_at} /> : "never"}</td>
                <td data-align="end">
                  <Time iso={key.created_at} />
                </td>
                <td data-align="end">
                  {key.revoked_at ? (
                    "revoked"
                  ) : (
                    <ReasonButton
                      size="compact-xs"
                      reason={reason}
                      aria-label={`Revoke ${key.name}`}
                      onClick={() => revoke.mutate(key)}
                    >
                      Revoke
                    </ReasonButton>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Panel>
    </Page>
  );
}
