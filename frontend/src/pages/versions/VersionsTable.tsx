import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import type { FiguresOut, ToolOut, VersionSummary } from "../../api/generated/types.gen";
import { versionsQuery } from "../../api/tools/versions";
import { figuresQuery } from "../../api/tools/usage";
import { Success } from "../../components/runs/Success";
import { RollBack } from "../../forms/tools/RollBack";
import { Empty } from "../../ui/Page";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { count, milliseconds } from "../../ui/format";
import { StateBadge } from "../../components/Badges";
import { Digest } from "../../components/versions/Digest";
import styles from "./VersionsTable.module.css";
import { useTenant } from "../../components/useTenant";

const COLUMNS: Columns = [
  "Version",
  "State",
  "Findings",
  ["Calls", "end"],
  ["Success", "end"],
  ["95 % within", "end"],
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
  const fared = useQuery({ ...figuresQuery(tenant.slug, tool.name), enabled: may(tenant, "runs:read") === null });
  const figures = new Map(fared.data?.tools[0]?.versions.map((one) => [one.version, one.figures]));
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
          <Fared figures={figures.get(version.number)} />
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

/** Its runs of the last seven days. */
function Fared({ figures }: { figures: FiguresOut | undefined }) {
  return (
    <>
      <td data-align="end">{figures && count(figures.runs)}</td>
      <td data-align="end">{figures && <Success share={figures.success} />}</td>
      <td data-align="end">{figures?.p95_ms != null && milliseconds(figures.p95_ms)}</td>
    </>
  );
}
