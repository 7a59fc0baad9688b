import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import { getApiV1TenantsByTenantAudit } from "../generated/sdk.gen";

export const auditQuery = (tenant: string, cursor?: string) =>
  queryOptions({
    queryKey: [tenant, "audit", { cursor }],
    queryFn: () => data(getApiV1TenantsByTenantAudit({ path: { tenant }, query: { cursor, limit: 50 } })),
  });
