import { Link } from "@tanstack/react-router";
import type { ToolFiguresOut, ToolOut } from "../../api/generated/types.gen";
import { Time } from "../../ui/Time";
import { count, milliseconds } from "../../ui/format";
import { RunTicks, StateBadge } from "../Badges";
import { Success } from "../runs/Success";
import styles from "./ToolRow.module.css";

/** The newest version, when it is not the one that serves: something may wait for a person. */
function Pending({ tenant, tool }: { tenant: string; tool: ToolOut }) {
  if (!tool.newest_state || tool.last_version === tool.live_version) {
    return null;
  }
  const params = { tenant, name: tool.name, number: String(tool.last_version) };
  return (
    <Link to="/tenants/$tenant/tools/$name/versions/$number" params={params} className={styles.pending}>
      <code>v{tool.last_version}</code> <StateBadge state={tool.newest_state} />
    </Link>
  );
}

// The server stops counting there.
const COUNTED_MAX = 10_000;
const often = (runs: number) => (runs >= COUNTED_MAX ? `${count(COUNTED_MAX)} or more` : count(runs));

type ToolRowProps = { tenant: string; tool: ToolOut; figures: ToolFiguresOut | undefined };

export function ToolRow({ tenant, tool, figures }: ToolRowProps) {
  return (
    <tr>
      <td className={styles.name}>
        <Link to="/tenants/$tenant/tools/$name" params={{ tenant, name: tool.name }} className={styles.link}>
          <code>{tool.name}</code>
        </Link>
        <div className={styles.title}>{tool.title ?? tool.description}</div>
      </td>
      <td>
        {tool.retired_at !== null && <StateBadge state="retired" />}
        {tool.retired_at === null && tool.live_version === null && (
          <span className={styles.none}>not live yet</span>
        )}
        {tool.retired_at === null && tool.live_version !== null && (
          <span className={styles.live}>
            <code>v{tool.live_version}</code> <StateBadge state="live" />
            {tool.deprecation && <span className={styles.none}> deprecated</span>}
          </span>
        )}
      </td>
      <td>
        <Pending tenant={tenant} tool={tool} />
      </td>
      <td>{figures && <RunTicks latest={figures.latest} />}</td>
      <td data-align="end" className="num">
        <Success share={figures?.figures.success} />
      </td>
      <td data-align="end" className="num">
        {figures?.figures.p95_ms != null && milliseconds(figures.figures.p95_ms)}
      </td>
      <td data-align="end" className="num">
        {typeof tool.runs_last_7_days === "number" && often(tool.runs_last_7_days)}
      </td>
      <td data-align="end">
        {tool.last_run_at ? <Time iso={tool.last_run_at} /> : <span className={styles.none}>never</span>}
      </td>
    </tr>
  );
}
