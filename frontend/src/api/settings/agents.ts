import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import { deleteApiV1TenantsByTenantClientsByGrantId, getApiV1TenantsByTenantClients } from "../generated/sdk.gen";

export const agentsQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "agents"],
    queryFn: () => data(getApiV1TenantsByTenantClients({ path: { tenant } })),
  });

export const disconnect = (tenant: string, grant_id: string) =>
  data(deleteApiV1TenantsByTenantClientsByGrantId({ path: { tenant, grant_id } }));
