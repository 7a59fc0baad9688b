import { queryOptions } from "@tanstack/react-query";
import { data } from "./client";
import {
  getApiV1TenantsByTenantToolsByNameEconomics,
  getApiV1TenantsByTenantUsage,
} from "./generated/sdk.gen";

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
