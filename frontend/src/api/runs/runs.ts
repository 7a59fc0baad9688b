import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  getApiV1TenantsByTenantRuns,
  getApiV1TenantsByTenantRunsByRunId,
  postApiV1TenantsByTenantRunsByRunIdCancel,
  postApiV1TenantsByTenantToolsByNameRuns,
} from "../generated/sdk.gen";
import type { RunListed } from "../generated/types.gen";

export type Status = RunListed["status"];
export type Outcome = NonNullable<RunListed["outcome"]>;
export type RunFilter = {
  tool?: string;
  status?: Status;
  outcome?: Outcome;
  /** Those that this run called. */
  parent?: string;
  cursor?: string;
  limit?: number;
};

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
