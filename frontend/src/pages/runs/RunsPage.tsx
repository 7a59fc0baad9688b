import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { type RunFilter, beginOf, runsQuery } from "../../api/runs/runs";
import { Pager } from "../../components/Pager";
import { RunsTable } from "../../components/runs/RunsTable";
import { useTenant } from "../../components/useTenant";
import { ExportRuns } from "../../forms/runs/ExportRuns";
import { RunFilters } from "../../forms/runs/RunFilters";
import { ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import type { RunSearch } from "../../api/addresses/search";

const route = getRouteApi("/tenants/$tenant/runs");

/** What the address asks for, as the server is asked for it. */
function filterOf({ tool, range, since, until, ...search }: RunSearch): RunFilter {
  return { ...search, tool_part: tool, since: range ? beginOf(range) : since, until: range ? undefined : until };
}

export default function RunsPage() {
  const { tenant } = useTenant();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = filterOf(search);
  const { data, error } = useQuery(runsQuery(tenant.slug, filter));
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  const isOver = data?.items.length === 0 && !data.next_cursor;
  return (
    <Page
      title="Runs"
      lead="Every call of every tool: who called, what came of it, and what it used."
      actions={<ExportRuns filter={filter} />}
    >
      <ProblemNote error={error} />
      <Panel
        flush
        bar={
          <RunFilters
            search={search}
            onNarrow={(change) =>
              navigate({ search: (now) => ({ ...now, ...change, cursor: undefined }), replace: true })
            }
          />
        }
      >
        {isOver && isFiltered && (
          <Empty title="No run matches">
            <Link to="/tenants/$tenant/runs" params={{ tenant: tenant.slug }}>
              Show all runs
            </Link>
          </Empty>
        )}
        {data?.items.length === 0 && data.next_cursor && (
          <Empty title="None of the newest 2,000 runs">Older ones have not been looked through yet.</Empty>
        )}
        {isOver && !isFiltered && (
          <Empty title="No runs yet">
            <p>
              A run appears here when an agent calls a live tool over MCP, when a program calls it over REST,
              or when you call it by hand from the tool’s page.
            </p>
            <Link to="/tenants/$tenant/connect" params={{ tenant: tenant.slug }}>
              How to connect
            </Link>
          </Empty>
        )}
        {data && data.items.length > 0 && <RunsTable tenant={tenant.slug} runs={data.items} withTool />}
        <Pager
          cursor={search.cursor}
          nextCursor={data?.next_cursor}
          onPage={(next) => navigate({ search: (now) => ({ ...now, cursor: next }) })}
        />
      </Panel>
    </Page>
  );
}
