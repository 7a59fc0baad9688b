import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantSecretsByName,
  getApiV1TenantsByTenantSecrets,
  postApiV1TenantsByTenantSecretsRenewKey,
  putApiV1TenantsByTenantSecretsByName,
} from "../generated/sdk.gen";

export const secretsQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "secrets"],
    queryFn: () => data(getApiV1TenantsByTenantSecrets({ path: { tenant } })),
  });

export const putSecret = (tenant: string, name: string, value: string, hosts: string[]) =>
  data(putApiV1TenantsByTenantSecretsByName({ path: { tenant, name }, body: { value, hosts } }));

export const removeSecret = (tenant: string, name: string) =>
  data(deleteApiV1TenantsByTenantSecretsByName({ path: { tenant, name } }));

export const renewKey = (tenant: string) =>
  data(postApiV1TenantsByTenantSecretsRenewKey({ path: { tenant } }));
