import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  getApiV1TenantsByTenantToolsByNameEconomics,
  getApiV1TenantsByTenantUsage,
  getApiV1TenantsByTenantUsageDaily,
  getApiV1TenantsByTenantUsageLimits,
  getApiV1TenantsByTenantUsageTidy,
  getApiV1TenantsByTenantUsageTools,
} from "../generated/sdk.gen";

export const usageQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "usage"],
    queryFn: () => data(getApiV1TenantsByTenantUsage({ path: { tenant } })),
  });

/** What a tool cost to make, and what its runs save. */
export const economicsQuery = (tenant: string, name: string) =>
  queryOptions({
    queryKey: [tenant, "tools", name, "economics"],
    queryFn: () => data(getApiV1TenantsByTenantToolsByNameEconomics({ path: { tenant, name } })),
  });

/** What the tenant could do without: tools that nobody calls, and tools that seem to do the same. */
export const tidyQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "tools", "tidy"],
    queryFn: () => data(getApiV1TenantsByTenantUsageTidy({ path: { tenant } })),
  });

/** How tools have fared in the last days: one answer for all of them. Under `runs`, since each run changes it. */
export const figuresQuery = (tenant: string, tool?: string) =>
  queryOptions({
    queryKey: [tenant, "runs", "figures", { tool }],
    queryFn: () => data(getApiV1TenantsByTenantUsageTools({ path: { tenant }, query: { tool } })),
    placeholderData: keepPreviousData,
  });

export type UsedBy = "tool" | "caller";

/** What was used day by day, by tool or by caller. */
export const dailyUsageQuery = (tenant: string, by: UsedBy, days: number) =>
  queryOptions({
    queryKey: [tenant, "runs", "daily", by, days],
    queryFn: () => data(getApiV1TenantsByTenantUsageDaily({ path: { tenant }, query: { by, days } })),
    placeholderData: keepPreviousData,
  });

/** Each limit, and how much of it is used now. */
export const limitsQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "tenant", "limits"],
    queryFn: () => data(getApiV1TenantsByTenantUsageLimits({ path: { tenant } })),
    refetchInterval: 10_000,
  });
