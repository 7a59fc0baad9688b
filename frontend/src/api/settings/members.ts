import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantMembersByUserId,
  getApiV1TenantsByTenantMembers,
  patchApiV1TenantsByTenantMembersByUserId,
} from "../generated/sdk.gen";
import type { RoleIn } from "../generated/types.gen";

export type Role = RoleIn["role"];

export const membersQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "members"],
    queryFn: () => data(getApiV1TenantsByTenantMembers({ path: { tenant } })),
  });

export const changeRole = (tenant: string, userId: string, role: Role) =>
  data(patchApiV1TenantsByTenantMembersByUserId({ path: { tenant, user_id: userId }, body: { role } }));

export const removeMember = (tenant: string, userId: string) =>
  data(deleteApiV1TenantsByTenantMembersByUserId({ path: { tenant, user_id: userId } }));
