import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { may } from "../../api/permissions";
import type { RunDetail } from "../../api/generated/types.gen";
import { replayRun } from "../../api/runs/journal";
import { runQuery, runsQuery } from "../../api/runs/runs";
import { versionFactsQuery } from "../../api/tools/versions";
import { RunBadge } from "../../components/Badges";
import { Digest } from "../../components/versions/Digest";
import { Journal } from "../../components/journal/Journal";
import { Json } from "../../components/code/Json";
import { Log } from "../../components/runs/Log";
import { Replay } from "../../components/runs/Replay";
import { AgainButton, CancelButton, CompareButton, ExampleButton } from "../../components/runs/RunActions";
import { BrokenInvariants } from "../../components/runs/BrokenInvariants";
import { RunError, RunProgress } from "../../components/runs/RunOutcome";
import { RunsTable } from "../../components/runs/RunsTable";
import { useTenant } from "../../components/useTenant";
import { Meter } from "../../ui/Meter";
import { ProblemNote } from "../../ui/Note";
import { Facts, Page, Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { Time } from "../../ui/Time";
import { bytes, count, fuel, milliseconds } from "../../ui/format";
import styles from "./RunPage.module.css";

const route = getRouteApi("/tenants/$tenant/runs/$runId");

export default function RunPage() {
  const { tenant } = useTenant();
  const { runId } = route.useParams();
  const { data: run, error } = useQuery(runQuery(tenant.slug, runId));
  const crumbs = (
    <Link to="/tenants/$tenant/runs" params={{ tenant: tenant.slug }}>
      Runs
    </Link>
  );
  if (!run) {
    return (
      <Page title={<code>{runId}</code>} name="Run" crumbs={crumbs}>
        <ProblemNote error={error} />
      </Page>
    );
  }
  return <RunView run={run} error={error} crumbs={crumbs} />;
}

function RunView({ run, error, crumbs }: { run: RunDetail; error: Error | null; crumbs: ReactNode }) {
  const { tenant } = useTenant();
  const replay = useMutation({ mutationFn: () => replayRun(tenant.slug, run.id) });
  const never =
    run.outcome === "refused" && run.fuel_used === 0 ? "It was refused before anything ran." : null;
  return (
    <Page
      name={`Run of ${run.tool}`}
      crumbs={crumbs}
      title={
        <>
          <Link
            to="/tenants/$tenant/tools/$name"
            params={{ tenant: tenant.slug, name: run.tool }}
            className={styles.tool}
          >
            <code>{run.tool}</code>
          </Link>
          <RunBadge run={run} />
        </>
      }
      actions={
        run.status === "finished" ? (
          <>
            <ReasonButton
              reason={may(tenant, "runs:read") ?? never}
              loading={replay.isPending}
              onClick={() => replay.mutate()}
            >
              Replay
            </ReasonButton>
            <CompareButton run={run} />
            <ExampleButton run={run} />
            <AgainButton run={run} />
          </>
        ) : (
          <CancelButton run={run} />
        )
      }
    >
      <ProblemNote error={error} />
      <RunProgress run={run} />
      <RunError run={run} />
      <BrokenInvariants run={run} />
      <ProblemNote error={replay.error} />
      {replay.data && <Replay replay={replay.data} />}
      <Panel>
        <Used run={run} />
      </Panel>
      <div className={styles.columns}>
        <Panel title="Arguments" flush>
          <Json value={run.arguments} label="Arguments" />
        </Panel>
        <Panel title="Result" flush>
          {run.outcome === "returned" ? (
            <Json value={run.result} label="Result" />
          ) : (
            <p className={styles.none}>
              {run.status === "finished" ? "This run returned nothing." : "Not yet."}
            </p>
          )}
        </Panel>
      </div>
      <Panel title="Log" flush={run.log !== ""}>
        {run.log === "" ? (
          <span className={styles.quiet}>The tool logged nothing.</span>
        ) : (
          <Log text={run.log} />
        )}
      </Panel>
      <Journal runId={run.id} />
      {run.host_calls > 0 && <InnerRuns run={run} />}
      <Panel title="Record">
        <RunRecord run={run} />
      </Panel>
    </Page>
  );
}

/** The runs of other tools that this one called; most call none. */
function InnerRuns({ run }: { run: RunDetail }) {
  const { tenant } = useTenant();
  const { data } = useQuery(runsQuery(tenant.slug, { parent: run.id, limit: 100 }));
  if (!data || data.items.length === 0) {
    return null;
  }
  return (
    <Panel title="Runs that it called" aside={data.next_cursor ? "the last 100" : undefined} flush>
      <RunsTable tenant={tenant.slug} runs={data.items} withTool />
    </Panel>
  );
}

/** What the run used, each beside the limit that its version was given. */
function Used({ run }: { run: RunDetail }) {
  const { tenant } = useTenant();
  const { data: version } = useQuery(versionFactsQuery(tenant.slug, run.tool, run.version));
  const limits = version?.limits;
  return (
    <div className={styles.used}>
      <Meter label="Time" value={run.wall_ms} limit={limits?.wall_ms} format={milliseconds} />
      <Meter label="Fuel" value={run.fuel_used} limit={limits?.fuel} format={fuel} />
      <Meter label="Peak memory" value={run.memory_bytes_peak} limit={limits?.memory_bytes} format={bytes} />
      <Meter label="Host calls" value={run.host_calls} limit={limits?.host_calls} format={count} />
    </div>
  );
}

/** The run that called this one, where a tool called a tool. */
function within(tenant: string, run: RunDetail): [string, ReactNode][] {
  if (run.parent_run_id === null) {
    return [];
  }
  const link = (
    <Link
      key="parent"
      to="/tenants/$tenant/runs/$runId"
      params={{ tenant, runId: run.parent_run_id }}
    >
      <code>{run.parent_run_id}</code>
    </Link>
  );
  return [["Called by the run", link]];
}

function RunRecord({ run }: { run: RunDetail }) {
  const { tenant } = useTenant();
  const channel = run.caller.channel;
  return (
    <Facts
      items={[
        ["Run", <code key="id">{run.id}</code>],
        [
          "Caller",
          `${run.caller.label}${typeof channel === "string" ? `, over ${channel.toUpperCase()}` : ""}`,
        ],
        ...within(tenant.slug, run),
        ["Started", <Time key="started" iso={run.created_at} />],
        ["Finished", run.finished_at ? <Time key="finished" iso={run.finished_at} /> : "not yet"],
        [
          "Version",
          <Link
            key="version"
            to="/tenants/$tenant/tools/$name/versions/$number"
            params={{ tenant: tenant.slug, name: run.tool, number: String(run.version) }}
          >
            v{run.version}
          </Link>,
        ],
        ["Sealed as", <Digest key="digest" digest={run.digest} />],
        ["Idempotency key", run.idempotency_key ? <code key="key">{run.idempotency_key}</code> : "none"],
      ]}
    />
  );
}
