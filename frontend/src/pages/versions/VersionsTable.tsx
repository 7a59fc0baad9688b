import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ToolOut, VersionSummary } from "../../api/generated/types.gen";
import { versionsQuery } from "../../api/tools/versions";
import { RollBack } from "../../forms/tools/RollBack";
import { Empty } from "../../ui/Page";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { StateBadge } from "../../components/Badges";
import { Digest } from "../../components/versions/Digest";
import styles from "./VersionsTable.module.css";
import { useTenant } from "../../components/useTenant";

const COLUMNS: Columns = [
  "Version",
  "State",
  "Findings",
  "Sealed as",
  "Author",
  ["Submitted", "end"],
  ACTIONS,
];

function found(version: VersionSummary): string {
  const errors = version.findings.filter((finding) => finding.severity === "error").length;
  const warnings = version.findings.length - errors;
  const parts = [
    errors > 0 && `${errors} ${errors === 1 ? "error" : "errors"}`,
    warnings > 0 && `${warnings} ${warnings === 1 ? "warning" : "warnings"}`,
  ];
  return parts.filter(Boolean).join(", ") || "none";
}

export function VersionsTable({ tool }: { tool: ToolOut }) {
  const { tenant } = useTenant();
  const { data } = useQuery(versionsQuery(tenant.slug, tool.name));
  if (data?.items.length === 0) {
    return (
      <Empty title="No version yet">
        Submit the Python for it, have it generated, or let a connected agent propose it. It is built and
        checked against the spec in seconds.
      </Empty>
    );
  }
  return (
    <Table label="Versions" columns={COLUMNS}>
      {data?.items.map((version) => (
        <tr key={version.number}>
          <td>
            <Link
              to="/tenants/$tenant/tools/$name/versions/$number"
              params={{ tenant: tenant.slug, name: tool.name, number: String(version.number) }}
              className={styles.number}
            >
              Version {version.number}
            </Link>
          </td>
          <td>
            <StateBadge state={version.state} />
            {version.state === "live" && version.number !== tool.live_version && (
              <span className={styles.quiet}> canary</span>
            )}
          </td>
          <td className={styles.quiet}>{found(version)}</td>
          <td>
            {version.digest ? (
              <Digest digest={version.digest} copy={false} />
            ) : (
              <span className={styles.quiet}>not sealed</span>
            )}
          </td>
          <td className={styles.quiet}>{version.author.label}</td>
          <td data-align="end">
            <Time iso={version.created_at} />
          </td>
          <td data-align="end">
            {version.state === "retired" && version.digest && tool.retired_at === null && (
              <RollBack tool={tool} number={version.number} />
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
