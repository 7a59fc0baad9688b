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

/** A secret as it is set; `expires` is a day, or nothing. */
export type SecretEntered = { value: string; hosts: string[]; expires: string };

export const putSecret = (tenant: string, name: string, { value, hosts, expires }: SecretEntered) =>
  data(
    putApiV1TenantsByTenantSecretsByName({
      path: { tenant, name },
      // The end of that day, wherever one is: who gives secrets out says the last day.
      body: { value, hosts, expires_at: expires ? new Date(`${expires}T23:59:59`).toISOString() : null },
    }),
  );

export const removeSecret = (tenant: string, name: string) =>
  data(deleteApiV1TenantsByTenantSecretsByName({ path: { tenant, name } }));

export const renewKey = (tenant: string) =>
  data(postApiV1TenantsByTenantSecretsRenewKey({ path: { tenant } }));
