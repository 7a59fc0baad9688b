import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantConnectionsByName,
  getApiV1TenantsByTenantConnections,
  postApiV1TenantsByTenantConnectionsByNameCheck,
  putApiV1TenantsByTenantConnectionsByName,
} from "../generated/sdk.gen";

export const connectionsQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "connections"],
    queryFn: () => data(getApiV1TenantsByTenantConnections({ path: { tenant } })),
  });

export const putConnection = (tenant: string, name: string, url: string) =>
  data(putApiV1TenantsByTenantConnectionsByName({ path: { tenant, name }, body: { url } }));

export const checkConnection = (tenant: string, name: string) =>
  data(postApiV1TenantsByTenantConnectionsByNameCheck({ path: { tenant, name } }));

export const removeConnection = (tenant: string, name: string) =>
  data(deleteApiV1TenantsByTenantConnectionsByName({ path: { tenant, name } }));
