import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  getApiV1TenantsByTenantToolsByNameEconomics,
  getApiV1TenantsByTenantUsage,
  getApiV1TenantsByTenantUsageTidy,
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
