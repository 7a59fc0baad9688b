import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  getApiV1TenantsByTenantRuns,
  getApiV1TenantsByTenantRunsByRunId,
  postApiV1TenantsByTenantRunsByRunIdCancel,
  postApiV1TenantsByTenantToolsByNameRuns,
} from "../generated/sdk.gen";
import type { GetApiV1TenantsByTenantRunsData, RunListed } from "../generated/types.gen";

export type Status = RunListed["status"];
export type Outcome = NonNullable<RunListed["outcome"]>;
export type Range = "1h" | "24h" | "7d" | "30d";
export type RunFilter = NonNullable<GetApiV1TenantsByTenantRunsData["query"]>;

const HOURS: Record<Range, number> = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 };
const MINUTE_MS = 60_000;

/** When a range that ends now began, to the minute: asked for twice in one minute it is one query. */
export const beginOf = (range: Range, now = Date.now()) =>
  new Date(Math.floor(now / MINUTE_MS) * MINUTE_MS - HOURS[range] * 60 * MINUTE_MS).toISOString();

const RUNNING_POLL_MS = 2_000;

export const runsQuery = (tenant: string, { limit = 50, ...filter }: RunFilter = {}) =>
  queryOptions({
    queryKey: [tenant, "runs", { limit, ...filter }],
    queryFn: () => data(getApiV1TenantsByTenantRuns({ path: { tenant }, query: { limit, ...filter } })),
    placeholderData: keepPreviousData,
    refetchInterval: (query) =>
      query.state.data?.items.some((run) => run.status !== "finished") ? RUNNING_POLL_MS : false,
  });

export const runQuery = (tenant: string, runId: string) =>
  queryOptions({
    queryKey: [tenant, "runs", runId],
    queryFn: () => data(getApiV1TenantsByTenantRunsByRunId({ path: { tenant, run_id: runId } })),
    refetchInterval: (query) => (query.state.data?.status === "finished" ? false : RUNNING_POLL_MS),
  });

/** Starts a run and answers at once: the run's own page shows what becomes of it. */
export const startRun = (tenant: string, name: string, args: Record<string, unknown>) =>
  data(
    postApiV1TenantsByTenantToolsByNameRuns({
      path: { tenant, name },
      body: { arguments: args },
      headers: { prefer: "respond-async" },
    }),
  );

export const cancelRun = (tenant: string, runId: string) =>
  data(postApiV1TenantsByTenantRunsByRunIdCancel({ path: { tenant, run_id: runId } }));

const EXPORTED_MAX = 1_000;

/** The newest runs of a filter, page by page: at most so many, for a file. */
export async function allRuns(tenant: string, filter: RunFilter): Promise<RunListed[]> {
  const runs: RunListed[] = [];
  let cursor: string | undefined;
  do {
    // Each page begins where the one before ended.
    // oxlint-disable-next-line no-await-in-loop
    const page = await data(
      getApiV1TenantsByTenantRuns({ path: { tenant }, query: { ...filter, cursor, limit: 200 } }),
    );
    runs.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor && runs.length < EXPORTED_MAX);
  return runs;
}
