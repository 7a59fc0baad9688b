import { VisuallyHidden } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { RunListed } from "../../api/generated/types.gen";
import { Time } from "../../ui/Time";
import { type Columns, Table } from "../../ui/Table";
import { bytes, count, fuel, milliseconds } from "../../ui/format";
import { RunBadge } from "../Badges";
import styles from "./RunsTable.module.css";

const REST: Columns = [
  "Caller",
  ["Time", "end"],
  ["Fuel", "end"],
  ["Memory", "end"],
  ["Host calls", "end"],
  ["Started", "end"],
];

/** Runs, newest first; `withTool` where they are of several tools. */
export function RunsTable({ tenant, runs, withTool }: { tenant: string; runs: RunListed[]; withTool: boolean }) {
  return (
    <Table label="Runs" columns={["Run", withTool ? "Tool" : "Version", ...REST]}>
      {runs.map((run) => (
        <tr key={run.id}>
          <td>
            <Link to="/tenants/$tenant/runs/$runId" params={{ tenant, runId: run.id }} className={styles.run}>
              <VisuallyHidden>Run, </VisuallyHidden>
              <RunBadge run={run} />
              <Detail run={run} />
            </Link>
          </td>
          <td>
            {withTool && (
              <Link to="/tenants/$tenant/tools/$name" params={{ tenant, name: run.tool }}>
                <code>{run.tool}</code>
              </Link>
            )}{" "}
            <span className={styles.quiet}>v{run.version}</span>
          </td>
          <td className={styles.quiet}>{run.caller.label}</td>
          <td data-align="end">{milliseconds(run.wall_ms)}</td>
          <td data-align="end">{fuel(run.fuel_used)}</td>
          <td data-align="end">{bytes(run.memory_bytes_peak)}</td>
          <td data-align="end">{count(run.host_calls)}</td>
          <td data-align="end">
            <Time iso={run.created_at} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Detail({ run }: { run: RunListed }) {
  if (run.error) {
    return <code className={styles.code}>{run.error.code}</code>;
  }
  const { done, total } = run.progress ?? {};
  if (run.status !== "finished" && typeof done === "number" && typeof total === "number") {
    return (
      <span className={styles.quiet}>
        {count(done)} of {count(total)}
      </span>
    );
  }
  return null;
}
