import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { runQuery } from "../../api/runs/runs";
import { RunBadge } from "../../components/Badges";
import { Json } from "../../components/code/Json";
import { RunError, RunProgress } from "../../components/runs/RunOutcome";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { milliseconds } from "../../ui/format";
import styles from "./Came.module.css";

/** What came of a call, below the form that made it; all of its record is a click away. */
export function Came({ runId }: { runId: string }) {
  const { tenant } = useTenant();
  const { data: run, error } = useQuery(runQuery(tenant.slug, runId));
  if (!run) {
    return <ProblemNote error={error} />;
  }
  const isOver = run.status === "finished";
  return (
    <section aria-label="What came of it" aria-live="polite" className={styles.came}>
      <Panel
        bar={<RunBadge run={run} />}
        aside={
          <>
            {isOver && <span className="num">{milliseconds(run.wall_ms)}</span>}
            <Link to="/tenants/$tenant/runs/$runId" params={{ tenant: tenant.slug, runId: run.id }}>
              The whole run
            </Link>
          </>
        }
        flush
      >
        <div className={styles.told}>
          <RunProgress run={run} />
          <RunError run={run} />
          {!isOver && <p className={styles.quiet}>It is going on.</p>}
        </div>
        {run.outcome === "returned" && <Json value={run.result} label="Result" />}
      </Panel>
    </section>
  );
}
