import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import { getApiV1TenantsByTenant, patchApiV1TenantsByTenantPolicy } from "../generated/sdk.gen";

export const tenantQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "tenant"],
    queryFn: () => data(getApiV1TenantsByTenant({ path: { tenant } })),
  });

export const changePolicy = (tenant: string, patch: Record<string, unknown>) =>
  data(patchApiV1TenantsByTenantPolicy({ path: { tenant }, body: patch }));
