import { agentsQuery, disconnect } from "../../api/settings/agents";
import { ListPage } from "../../components/lists/ListPage";
import { ListPanel } from "../../components/lists/ListPanel";
import { RowAction } from "../../components/lists/RowAction";
import { useList } from "../../components/lists/useList";
import { useTenant } from "../../components/useTenant";
import { Empty } from "../../ui/Page";
import { ACTIONS, type Columns } from "../../ui/Table";
import { Time } from "../../ui/Time";

const COLUMNS: Columns = ["Agent", "May", "Connected by", ["Connected", "end"], ["Last used", "end"], ACTIONS];

export function AgentsSection() {
  const { tenant } = useTenant();
  const agents = useList(agentsQuery(tenant.slug), (id: string) => disconnect(tenant.slug, id));
  return (
    <ListPage
      title="Connected agents"
      lead="Agents that somebody here has let in. Disconnecting one ends its access at once; it has to ask again."
      error={agents.error}
    >
      <ListPanel
        items={agents.items}
        label="Connected agents"
        columns={COLUMNS}
        empty={
          <Empty title="No agent is connected">
            Give an agent the MCP address on the Connect page; it sends you here to sign in and consent.
          </Empty>
        }
        renderRow={(agent) => (
          <tr key={agent.id}>
            <td>{agent.client_name}</td>
            <td>{agent.scopes.join(", ")}</td>
            <td>{agent.user_email}</td>
            <td data-align="end">
              <Time iso={agent.created_at} />
            </td>
            <td data-align="end">
              <Time iso={agent.last_used_at} />
            </td>
            <td data-align="end">
              <RowAction
                verb="Disconnect"
                to={agent.client_name}
                ask="Its access ends at once. To come back, it has to ask for consent again."
                onClick={() => agents.remove(agent.id)}
              />
            </td>
          </tr>
        )}
      />
    </ListPage>
  );
}
