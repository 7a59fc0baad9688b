import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { TidyOut } from "../../api/generated/types.gen";
import { tidyQuery } from "../../api/tools/usage";
import { Empty, Panel } from "../../ui/Page";
import { Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { useTenant } from "../useTenant";

function Named({ name }: { name: string }) {
  const { tenant } = useTenant();
  return (
    <Link to="/tenants/$tenant/tools/$name" params={{ tenant: tenant.slug, name }}>
      <code>{name}</code>
    </Link>
  );
}

/** Agents choose better among fewer tools: which of them could go. Nothing goes by itself. */
export function Tidying() {
  const { tenant } = useTenant();
  const { data } = useQuery(tidyQuery(tenant.slug));
  return data ? (
    <Panel title="Tools you could do without" aside="Nothing is retired by itself" flush>
      {data.unused.length + data.alike.length === 0 ? (
        <Empty title="Every live tool earns its place">
          Tools that nobody has called for {data.unused_days} days, and tools that seem to do the same, are named here.
        </Empty>
      ) : (
        <Found found={data} />
      )}
    </Panel>
  ) : null;
}

function Found({ found }: { found: TidyOut }) {
  return (
    <Table label="Tools you could do without" columns={["Tool", "Why", ["Last called", "end"]]}>
      {found.alike.map(({ tools }) => (
        <tr key={tools.join(" ")}>
          <td>
            {tools.map((name, at) => (
              <span key={name}>
                {at > 0 && " and "}
                <Named name={name} />
              </span>
            ))}
          </td>
          <td>Their names and descriptions say much the same.</td>
          <td data-align="end" />
        </tr>
      ))}
      {found.unused.map(({ tool, last_run_at: last }) => (
        <tr key={tool}>
          <td>
            <Named name={tool} />
          </td>
          <td>Nobody has called it for {found.unused_days} days.</td>
          <td data-align="end"><Time iso={last} /></td>
        </tr>
      ))}
    </Table>
  );
}
