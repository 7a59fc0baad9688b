import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantIdentityProvidersByName,
  getApiV1TenantsByTenantIdentityProviders,
  getApiV1TenantsByTenantSignIn,
  putApiV1TenantsByTenantIdentityProvidersByName,
} from "../generated/sdk.gen";
import type { IdentityProviderInWritable } from "../generated/types.gen";

/** What a tenant's sign-in page offers besides a password. Anybody may ask. */
export const waysInQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["ways-in", tenant],
    queryFn: () => data(getApiV1TenantsByTenantSignIn({ path: { tenant } })),
    staleTime: 60_000,
  });

export const providersQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "identity-providers"],
    queryFn: () => data(getApiV1TenantsByTenantIdentityProviders({ path: { tenant } })),
  });

export const putProvider = (tenant: string, name: string, body: IdentityProviderInWritable) =>
  data(putApiV1TenantsByTenantIdentityProvidersByName({ path: { tenant, name }, body }));

export const removeProvider = (tenant: string, name: string) =>
  data(deleteApiV1TenantsByTenantIdentityProvidersByName({ path: { tenant, name } }));

/** The tenant that somebody was on the way to: its pages, or the consent for an agent that wants to reach it. */
export function tenantOf(next: string | undefined): string | undefined {
  if (!next) {
    return undefined;
  }
  const page = /^\/tenants\/([a-z0-9-]+)/.exec(next);
  const query = next.includes("?") ? new URLSearchParams(next.slice(next.indexOf("?"))) : undefined;
  const resource = /\/t\/([a-z0-9-]+)\/mcp$/.exec(query?.get("resource") ?? "");
  return page?.[1] ?? resource?.[1];
}
