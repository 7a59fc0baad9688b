import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantApiKeysByKeyId,
  getApiV1TenantsByTenantApiKeys,
  postApiV1TenantsByTenantApiKeys,
} from "../generated/sdk.gen";
import type { KeyIn } from "../generated/types.gen";

export const keysQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "api-keys"],
    queryFn: () => data(getApiV1TenantsByTenantApiKeys({ path: { tenant } })),
  });

export const createKey = (tenant: string, body: KeyIn) =>
  data(postApiV1TenantsByTenantApiKeys({ path: { tenant }, body }));

export const revokeKey = (tenant: string, keyId: string) =>
  data(deleteApiV1TenantsByTenantApiKeysByKeyId({ path: { tenant, key_id: keyId } }));
