import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  getApiV1TenantsByTenantToolsByNameOutsideCases,
  getApiV1TenantsByTenantToolsByNamePromise,
  postApiV1TenantsByTenantToolsByNameOutsideCases,
} from "../generated/sdk.gen";
import type { OutsideCasesIn } from "../generated/types.gen";

/** What the tool promises: refused, with the reason, to whoever may not write cases for it. */
export const promiseQuery = (tenant: string, name: string) =>
  queryOptions({
    queryKey: [tenant, "tools", name, "promise"],
    queryFn: () => data(getApiV1TenantsByTenantToolsByNamePromise({ path: { tenant, name } })),
    retry: false,
  });

export const outsideCasesQuery = (tenant: string, name: string) =>
  queryOptions({
    queryKey: [tenant, "tools", name, "outside-cases"],
    queryFn: () => data(getApiV1TenantsByTenantToolsByNameOutsideCases({ path: { tenant, name } })),
  });

export const addOutsideCases = (tenant: string, name: string, body: OutsideCasesIn) =>
  data(postApiV1TenantsByTenantToolsByNameOutsideCases({ path: { tenant, name }, body }));
