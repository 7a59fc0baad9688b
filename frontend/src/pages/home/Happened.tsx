import { Link } from "@tanstack/react-router";
import type { ActivityOut, OverviewOut, SavedOut } from "../../api/generated/types.gen";
import { RunsChart } from "../../components/home/RunsChart";
import { Empty, Facts, Panel } from "../../ui/Page";
import { Table } from "../../ui/Table";
import { count, dollars, duration, milliseconds, words } from "../../ui/format";
import styles from "./HomePage.module.css";

/** What the runs of the range came to; nothing for who may not read runs. */
export function Happened({ tenant, overview }: { tenant: string; overview: OverviewOut }) {
  const { activity, saved, part_seconds: seconds } = overview;
  if (!activity || !saved) {
    return null;
  }
  const { total } = activity;
  const ended = total.returned + total.failed + total.refused + total.exhausted + total.trapped + total.cancelled;
  return (
    <>
      <Panel title="What happened">
        {ended === 0 ? (
          <Empty title="Nothing ran in this time">Runs are counted here as they end.</Empty>
        ) : (
          <>
            <div className={styles.figures}>
              <Facts
                items={[
                  ["Runs", count(ended)],
                  ["Returned", `${share(total.returned, ended)} %`],
                  ["Half took no longer than", total.p50_ms === null ? "" : milliseconds(total.p50_ms)],
                  ["95 % took no longer than", total.p95_ms === null ? "" : milliseconds(total.p95_ms)],
                ]}
              />
            </div>
            <RunsChart activity={activity} partSeconds={seconds} />
          </>
        )}
      </Panel>
      {ended > 0 && (
        <div className={styles.sides}>
          <Errors tenant={tenant} activity={activity} />
          <Health tenant={tenant} activity={activity} />
        </div>
      )}
      {ended > 0 && <Saved saved={saved} />}
    </>
  );
}

function Saved({ saved }: { saved: SavedOut }) {
  return (
    <Panel title="What it saved">
      <Facts
        items={[
          ["Runs that returned", count(saved.runs)],
          ["Tokens", count(saved.tokens)],
          ["Money", dollars(saved.usd)],
          ["Time", duration(saved.seconds)],
        ]}
      />
      <details className={styles.method}>
        <summary>How this is reckoned</summary>
        <p>{saved.method}</p>
      </details>
    </Panel>
  );
}

/** Never 100 while one is missing. */
const share = (some: number, all: number) => (some === all ? 100 : Math.min(99.9, Math.round((some / all) * 1_000) / 10));

function Errors({ tenant, activity }: { tenant: string; activity: ActivityOut }) {
  return (
    <Panel title="What went wrong, by kind" flush={activity.errors.length > 0}>
      {activity.errors.length === 0 ? (
        "Nothing did."
      ) : (
        <Table label="What went wrong" columns={["Tool", "Kind", ["Runs", "end"], ["Newest", "end"]]}>
          {activity.errors.map((kind) => (
            <tr key={`${kind.tool} ${kind.outcome} ${kind.code}`}>
              <td>
                <code>{kind.tool}</code>
              </td>
              <td>
                {kind.outcome}
                {kind.code && `: ${words(kind.code)}`}
              </td>
              <td data-align="end">{count(kind.count)}</td>
              <td data-align="end">
                <Link
                  to="/tenants/$tenant/runs/$runId"
                  params={{ tenant, runId: kind.last_run }}
                  aria-label={`Newest run of ${kind.tool} that ended ${kind.outcome}`}
                >
                  open
                </Link>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

function Health({ tenant, activity }: { tenant: string; activity: ActivityOut }) {
  return (
    <Panel title="Tools that fail" flush={activity.failing.length > 0}>
      {activity.failing.length === 0 ? (
        "None: every tool that was called did what it is for, or refused what it was given."
      ) : (
        <Table label="Tools that fail" columns={["Tool", ["Failed", "end"], ["Of runs", "end"]]}>
          {activity.failing.map(({ tool, runs, failed }) => (
            <tr key={tool}>
              <td>
                <Link to="/tenants/$tenant/tools/$name" params={{ tenant, name: tool }}>
                  <code>{tool}</code>
                </Link>
              </td>
              <td data-align="end">{`${share(failed, runs)} %`}</td>
              <td data-align="end">{count(runs)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}
