import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import { checkConnection, connectionsQuery, removeConnection } from "../../api/settings/connections";
import type { CheckOut } from "../../api/generated/types.gen";
import { useTenant } from "../../components/useTenant";
import { PutConnection } from "../../forms/settings/PutConnection";
import { Note, ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import { Prose } from "../../ui/Prose";
import { ReasonButton } from "../../ui/ReasonButton";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";

const COLUMNS: Columns = ["Name", "Leads to", ["Version", "end"], "Set by", ["Set", "end"], ACTIONS];

export function ConnectionsSection() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const reason = may(tenant, "secrets:manage");
  const connections = useQuery(connectionsQuery(tenant.slug));
  const refresh = () => queries.invalidateQueries({ queryKey: [tenant.slug, "connections"] });
  const check = useMutation({ mutationFn: (name: string) => checkConnection(tenant.slug, name) });
  const remove = useMutation({
    mutationFn: (name: string) => removeConnection(tenant.slug, name),
    onSettled: refresh,
  });
  return (
    <Page
      title="Connections"
      lead="Databases for your tools. A tool names one and the statements it was approved with; the password stays here, sealed."
    >
      {reason && <Note tone="warn" title={reason} />}
      <ProblemNote error={connections.error ?? check.error ?? remove.error} />
      <Panel title="Set up a database">
        <PutConnection onPut={refresh} />
      </Panel>
      {check.data && <Checked name={check.variables} found={check.data} />}
      <Panel flush>
        {connections.data?.items.length === 0 ? (
          <Empty title="No connections yet">
            In a tool, <code>sql.query("crm", ...)</code> asks the connection of that name.
          </Empty>
        ) : (
          <Table label="Connections" columns={COLUMNS}>
            {connections.data?.items.map((connection) => (
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
                  <ReasonButton
                    size="compact-xs"
                    reason={reason}
                    loading={check.isPending && check.variables === connection.name}
                    aria-label={`Check ${connection.name}`}
                    onClick={() => check.mutate(connection.name)}
                  >
                    Check
                  </ReasonButton>{" "}
                  <ReasonButton
                    size="compact-xs"
                    reason={reason}
                    aria-label={`Remove ${connection.name}`}
                    onClick={() => remove.mutate(connection.name)}
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
