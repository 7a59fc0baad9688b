import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import { getApiV1TenantsByTenantOverview, getApiV1TenantsByTenantOverviewTools } from "../generated/sdk.gen";

/** The ranges that are offered, in hours: PARTS_S in tenants/catalog/activity.py. */
export const RANGES = [1, 24, 168, 720] as const;
export type Hours = (typeof RANGES)[number];

// A tenant may have hundreds of runs a second: what they come to is asked for at times, not with each of them.
const LOOK_EVERY_MS = 10_000;

export const overviewQuery = (tenant: string, hours: Hours) =>
  queryOptions({
    queryKey: [tenant, "overview", hours],
    queryFn: () => data(getApiV1TenantsByTenantOverview({ path: { tenant }, query: { hours } })),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_EVERY_MS,
  });

/** Every tool by name, for what lets one choose. */
export const toolNamesQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "tools", "names"],
    queryFn: () => data(getApiV1TenantsByTenantOverviewTools({ path: { tenant } })),
    staleTime: 30_000,
  });
