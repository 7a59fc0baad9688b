import { useMutation } from "@tanstack/react-query";
import type { CheckOut } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { checkConnection, connectionsQuery, removeConnection } from "../../api/settings/connections";
import { ListPage } from "../../components/lists/ListPage";
import { ListPanel } from "../../components/lists/ListPanel";
import { RowAction } from "../../components/lists/RowAction";
import { useList } from "../../components/lists/useList";
import { useTenant } from "../../components/useTenant";
import { PutConnection } from "../../forms/settings/PutConnection";
import { Note } from "../../ui/Note";
import { Empty, Panel } from "../../ui/Page";
import { Prose } from "../../ui/Prose";
import { ACTIONS, type Columns } from "../../ui/Table";
import { Time } from "../../ui/Time";

const COLUMNS: Columns = ["Name", "Leads to", ["Version", "end"], "Set by", ["Set", "end"], ACTIONS];

export function ConnectionsSection() {
  const { tenant } = useTenant();
  const reason = may(tenant, "secrets:manage");
  const connections = useList(connectionsQuery(tenant.slug), (name: string) =>
    removeConnection(tenant.slug, name),
  );
  const check = useMutation({ mutationFn: (name: string) => checkConnection(tenant.slug, name) });
  return (
    <ListPage
      title="Connections"
      lead="Databases for your tools. A tool names one and the statements it was approved with; the password stays here, sealed."
      reason={reason}
      error={connections.error ?? check.error}
    >
      <Panel title="Set up a database">
        <PutConnection onPut={connections.refresh} />
      </Panel>
      {check.data && <Checked name={check.variables} found={check.data} />}
      <ListPanel
        items={connections.items}
        label="Connections"
        columns={COLUMNS}
        empty={
          <Empty title="No connections yet">
            In a tool, <code>sql.query("crm", ...)</code> asks the connection of that name.
          </Empty>
        }
        renderRow={(connection) => (
          <tr key={connection.name}>
            <td>
              <code>{connection.name}</code>
            </td>
            <td>
              <code>{connection.url}</code>
            </td>
            <td data-align="end">{connection.version}</td>
            <td>{connection.updated_by.label}</td>
            <td data-align="end">
              <Time iso={connection.updated_at} />
            </td>
            <td data-align="end">
              <RowAction
                verb="Check"
                to={connection.name}
                reason={reason}
                loading={check.isPending && check.variables === connection.name}
                onClick={() => check.mutate(connection.name)}
              />{" "}
              <RowAction
                verb="Remove"
                to={connection.name}
                ask="Its address and password are deleted at once. Tools that ask it fail from then on, until somebody sets it up again."
                reason={reason}
                onClick={() => connections.remove(connection.name)}
              />
            </td>
          </tr>
        )}
      />
    </ListPage>
  );
}

/** What came of connecting once, as a tool would. */
function Checked({ name, found }: { name: string | undefined; found: CheckOut }) {
  if (found.works) {
    return <Note tone="good" title={`${name} works: a tool can connect to it.`} />;
  }
  return (
    <Note tone="bad" title={`${name} does not work: ${found.error?.message ?? "nobody knows why."}`}>
      {found.error?.hint && <Prose text={found.error.hint} />}
    </Note>
  );
}
