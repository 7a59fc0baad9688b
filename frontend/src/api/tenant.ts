import { queryOptions } from "@tanstack/react-query";
import { data } from "./client";
import {
  deleteApiV1TenantsByTenantApiKeysByKeyId,
  deleteApiV1TenantsByTenantMembersByUserId,
  getApiV1Image,
  getApiV1TenantsByTenant,
  getApiV1TenantsByTenantApiKeys,
  getApiV1TenantsByTenantAudit,
  getApiV1TenantsByTenantMembers,
  patchApiV1TenantsByTenantMembersByUserId,
  patchApiV1TenantsByTenantPolicy,
  postApiV1TenantsByTenantApiKeys,
} from "./generated/sdk.gen";
import type { KeyIn, RoleIn } from "./generated/types.gen";

export type Role = RoleIn["role"];

export const tenantQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "tenant"],
    queryFn: () => data(getApiV1TenantsByTenant({ path: { tenant } })),
  });

export const changePolicy = (tenant: string, patch: Record<string, unknown>) =>
  data(patchApiV1TenantsByTenantPolicy({ path: { tenant }, body: patch }));

export const membersQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "members"],
    queryFn: () => data(getApiV1TenantsByTenantMembers({ path: { tenant } })),
  });

export const changeRole = (tenant: string, userId: string, role: Role) =>
  data(patchApiV1TenantsByTenantMembersByUserId({ path: { tenant, user_id: userId }, body: { role } }));

export const removeMember = (tenant: string, userId: string) =>
  data(deleteApiV1TenantsByTenantMembersByUserId({ path: { tenant, user_id: userId } }));

export const keysQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "api-keys"],
    queryFn: () => data(getApiV1TenantsByTenantApiKeys({ path: { tenant } })),
  });

export const createKey = (tenant: string, body: KeyIn) =>
  data(postApiV1TenantsByTenantApiKeys({ path: { tenant }, body }));

export const revokeKey = (tenant: string, keyId: string) =>
  data(deleteApiV1TenantsByTenantApiKeysByKeyId({ path: { tenant, key_id: keyId } }));

export const auditQuery = (tenant: string, cursor?: string) =>
  queryOptions({
    queryKey: [tenant, "audit", { cursor }],
    queryFn: () => data(getApiV1TenantsByTenantAudit({ path: { tenant }, query: { cursor, limit: 50 } })),
  });

export const imageQuery = queryOptions({
  queryKey: ["image"],
  queryFn: () => data(getApiV1Image()),
  staleTime: Number.POSITIVE_INFINITY,
});
