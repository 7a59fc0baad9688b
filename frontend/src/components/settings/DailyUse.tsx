import { Link } from "@tanstack/react-router";
import type { DailyUsageOut, UsedOut } from "../../api/generated/types.gen";
import { type Columns, Table } from "../../ui/Table";
import { count, fuel, milliseconds, words } from "../../ui/format";
import { ChartAxis } from "../../ui/marks/ChartAxis";
import { useTenant } from "../useTenant";
import styles from "./DailyUse.module.css";

const WIDTH = 720;
const HEIGHT = 120;
const SPARK = { width: 96, height: 18 };
const FIGURES: Columns = [["Runs", "end"], ["Broken", "end"], ["Time", "end"], ["Fuel", "end"], ["Host calls", "end"]];

type BarsProps = { counts: number[]; width: number; height: number };

/** One bar a day, the highest as high as there is room. */
function Bars({ counts, width, height }: BarsProps) {
  const top = Math.max(1, ...counts);
  const step = width / counts.length;
  return counts.map((runs, place) => (
    <rect
      // A day has no other name than its place.
      // oxlint-disable-next-line react/no-array-index-key
      key={place}
      className={styles.bar}
      x={place * step + 1}
      width={Math.max(1, step - 2)}
      y={height - (runs / top) * (height - 2)}
      height={(runs / top) * (height - 2)}
    />
  ));
}

/** The runs of all that are shown, by day. The table below has the same figures by who. */
export function DailyChart({ usage }: { usage: DailyUsageOut }) {
  const totals = usage.days.map((_, day) => usage.used.reduce((sum, one) => sum + (one.by_day[day] ?? 0), 0));
  const all = totals.reduce((sum, runs) => sum + runs, 0);
  return (
    <figure className={styles.chart}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${count(all)} runs in ${usage.days.length} days. The table below has the same figures.`}
      >
        <Bars counts={totals} width={WIDTH} height={HEIGHT} />
      </svg>
      <ChartAxis
        first={usage.days[0]}
        highest={`the highest day: ${count(Math.max(0, ...totals))}`}
        last="today (UTC)"
      />
    </figure>
  );
}

type DailyTableProps = { usage: DailyUsageOut; by: "tool" | "caller" };

export function DailyTable({ usage, by }: DailyTableProps) {
  return (
    <>
      <Table label="Use" columns={[by === "tool" ? "Tool" : "Caller", ...FIGURES, ["By day", "end"]]}>
        {usage.used.map((one) => (
          <UsedRow key={one.id} one={one} days={usage.days} />
        ))}
      </Table>
      {usage.others > 0 && <p className={styles.more}>and {count(usage.others)} runs of others</p>}
    </>
  );
}

function UsedRow({ one, days }: { one: UsedOut; days: string[] }) {
  const { tenant } = useTenant();
  const said = one.by_day.map((runs, day) => (runs > 0 ? `${days[day]}: ${count(runs)}` : "")).filter(Boolean);
  return (
    <tr>
      <td className={styles.who}>
        <Link
          to="/tenants/$tenant/runs"
          params={{ tenant: tenant.slug }}
          search={one.kind === "tool" ? { tool: one.id } : { caller: one.name }}
        >
          {one.kind === "tool" ? <code>{one.name}</code> : one.name}
        </Link>{" "}
        {one.kind !== "tool" && <span className={styles.quiet}>{words(one.kind)}</span>}
      </td>
      <td data-align="end">{count(one.runs)}</td>
      <td data-align="end">{count(one.broken)}</td>
      <td data-align="end">{milliseconds(one.wall_ms)}</td>
      <td data-align="end">{fuel(one.fuel_used)}</td>
      <td data-align="end">{count(one.host_calls)}</td>
      <td data-align="end">
        <svg className={styles.spark} {...SPARK} role="img" aria-label={`Runs by day: ${said.join(", ")}`}>
          <Bars counts={one.by_day} {...SPARK} />
        </svg>
      </td>
    </tr>
  );
}
