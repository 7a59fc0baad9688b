import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantToolsByNameDeprecation,
  getApiV1TenantsByTenantToolsByNameCanaries,
  patchApiV1TenantsByTenantToolsByNameCanary,
  postApiV1TenantsByTenantToolsByNameCanaryPromote,
  postApiV1TenantsByTenantToolsByNameCanaryStop,
  postApiV1TenantsByTenantToolsByNameDeprecate,
} from "../generated/sdk.gen";
import type { DeprecateIn } from "../generated/types.gen";

const RUNNING_POLL_MS = 3_000;

/** The newest first: only that one can be running. Under `tools`, so that what happens to a tool refreshes it. */
export const canariesQuery = (tenant: string, name: string) =>
  queryOptions({
    queryKey: [tenant, "tools", name, "canaries"],
    queryFn: () =>
      data(getApiV1TenantsByTenantToolsByNameCanaries({ path: { tenant, name }, query: { limit: 1 } })),
    // Its figures grow with every call, which no event tells of.
    refetchInterval: (query) => (query.state.data?.items[0]?.ended_at === null ? RUNNING_POLL_MS : false),
  });

export const changeCanary = (tenant: string, name: string, percent: number) =>
  data(patchApiV1TenantsByTenantToolsByNameCanary({ path: { tenant, name }, body: { percent } }));

export const promoteCanary = (tenant: string, name: string) =>
  data(postApiV1TenantsByTenantToolsByNameCanaryPromote({ path: { tenant, name } }));

export const stopCanary = (tenant: string, name: string) =>
  data(postApiV1TenantsByTenantToolsByNameCanaryStop({ path: { tenant, name }, body: {} }));

export const deprecateTool = (tenant: string, name: string, body: DeprecateIn) =>
  data(postApiV1TenantsByTenantToolsByNameDeprecate({ path: { tenant, name }, body }));

export const undoDeprecation = (tenant: string, name: string) =>
  data(deleteApiV1TenantsByTenantToolsByNameDeprecation({ path: { tenant, name } }));
