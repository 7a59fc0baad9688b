import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { RunDetail } from "../../api/generated/types.gen";
import { entriesQuery } from "../../api/runs/journal";
import { runQuery, runsQuery } from "../../api/runs/runs";
import { RunBadge } from "../../components/Badges";
import { ComparedRuns } from "../../components/comparison/ComparedRuns";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { Empty, Facts, Page, Panel } from "../../ui/Page";
import { ago, milliseconds } from "../../ui/format";

const route = getRouteApi("/tenants/$tenant/runs/$runId/compare");

function useRun(id: string | undefined) {
  const { tenant } = useTenant();
  const run = useQuery({ ...runQuery(tenant.slug, id ?? ""), enabled: id !== undefined });
  const journal = useQuery({ ...entriesQuery(tenant.slug, id ?? ""), enabled: id !== undefined });
  const side = run.data && journal.data && { run: run.data, entries: journal.data.items };
  return { side, error: run.error ?? journal.error };
}

/** A run beside another one of its tool: the one before it, until another is chosen. */
export default function ComparePage() {
  const { tenant } = useTenant();
  const { runId } = route.useParams();
  const { with: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const one = useRun(runId);
  const tool = one.side?.run.tool;
  const { data: runs } = useQuery({ ...runsQuery(tenant.slug, { tool, limit: 100 }), enabled: tool !== undefined });
  const others = runs?.items.filter((run) => run.id !== runId) ?? [];
  const before = others.find((run) => one.side !== undefined && run.created_at < one.side.run.created_at);
  const otherId = chosen ?? (before ?? others[0])?.id;
  const other = useRun(otherId);
  return (
    <Page
      title="Two runs side by side"
      crumbs={
        <Link to="/tenants/$tenant/runs/$runId" params={{ tenant: tenant.slug, runId }}>
          <code>{tool ?? runId}</code>
        </Link>
      }
      lead="Times, and what the clock and chance said, are left out: what differs below is what was different."
      actions={
        others.length > 0 && (
          <Select
            aria-label="Compare with"
            size="sm"
            w={320}
            searchable
            data={others.map((run) => ({
              value: run.id,
              label: `${run.outcome ?? run.status}, v${run.version}, ${ago(run.created_at)}, …${run.id.slice(-6)}`,
            }))}
            value={otherId ?? null}
            onChange={(next) => next && navigate({ search: { with: next }, replace: true })}
          />
        )
      }
    >
      <ProblemNote error={one.error ?? other.error} />
      {runs && otherId === undefined && (
        <Empty title="There is no other run of this tool">Call it once more, and compare what came.</Empty>
      )}
      {one.side && other.side && (
        <>
          <Panel>
            <Facts items={[factsOf(tenant.slug, "This run", one.side.run), factsOf(tenant.slug, "The other", other.side.run)]} />
          </Panel>
          <ComparedRuns one={other.side} other={one.side} />
        </>
      )}
    </Page>
  );
}

function factsOf(tenant: string, label: string, run: RunDetail): [string, ReactNode] {
  return [
    label,
    <span key={run.id}>
      <Link to="/tenants/$tenant/runs/$runId" params={{ tenant, runId: run.id }}>
        <code>…{run.id.slice(-6)}</code>
      </Link>{" "}
      <RunBadge run={run} /> v{run.version}, {milliseconds(run.wall_ms)}
    </span>,
  ];
}
