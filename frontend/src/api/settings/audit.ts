import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import { getApiV1TenantsByTenantAudit, getApiV1TenantsByTenantAuditVerification } from "../generated/sdk.gen";
import type { AuditOut, GetApiV1TenantsByTenantAuditData } from "../generated/types.gen";

export type AuditEvent = AuditOut;
export type AuditFilter = NonNullable<GetApiV1TenantsByTenantAuditData["query"]>;

export const auditQuery = (tenant: string, filter: AuditFilter) =>
  queryOptions({
    queryKey: [tenant, "audit", filter],
    queryFn: () => data(getApiV1TenantsByTenantAudit({ path: { tenant }, query: { ...filter, limit: 50 } })),
    placeholderData: keepPreviousData,
  });

/** The server goes through the whole trail, as it lies in its database now. */
export const verifyAudit = (tenant: string) =>
  data(getApiV1TenantsByTenantAuditVerification({ path: { tenant } }));

/** Where a browser saves the whole trail from. */
export const auditExportUrl = (tenant: string) => `/api/v1/tenants/${tenant}/audit/export`;
