import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { agentsQuery, disconnect } from "../../api/settings/agents";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";

const COLUMNS: Columns = ["Agent", "May", "Connected by", ["Connected", "end"], ["Last used", "end"], ACTIONS];

export function AgentsSection() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const agents = useQuery(agentsQuery(tenant.slug));
  const remove = useMutation({
    mutationFn: (id: string) => disconnect(tenant.slug, id),
    onSettled: () => queries.invalidateQueries({ queryKey: [tenant.slug, "agents"] }),
  });
  return (
    <Page
      title="Connected agents"
      lead="Agents that somebody here has let in. Disconnecting one ends its access at once; it has to ask again."
    >
      <ProblemNote error={agents.error ?? remove.error} />
      <Panel flush>
        {agents.data?.items.length === 0 ? (
          <Empty title="No agent is connected">
            Give an agent the MCP address on the Connect page; it sends you here to sign in and consent.
          </Empty>
        ) : (
          <Table label="Connected agents" columns={COLUMNS}>
            {agents.data?.items.map((agent) => (
              <tr key={agent.id}>
                <td>{agent.client_name}</td>
                <td>{agent.scopes.join(", ")}</td>
                <td>{agent.user_email}</td>
                <td data-align="end">
                  <Time iso={agent.created_at} />
                </td>
                <td data-align="end">{agent.last_used_at ? <Time iso={agent.last_used_at} /> : "never"}</td>
                <td data-align="end">
                  <ReasonButton
                    size="compact-xs"
                    reason={null}
                    aria-label={`Disconnect ${agent.client_name}`}
                    onClick={() => remove.mutate(agent.id)}
                  >
                    Disconnect
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
