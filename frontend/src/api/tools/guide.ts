import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import { getApiV1TenantsByTenantGuide } from "../generated/sdk.gen";

/** The guide as one text in Markdown; only what the tenant has changes in it. */
export const guideQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "guide"],
    queryFn: () => data(getApiV1TenantsByTenantGuide({ path: { tenant } })),
    staleTime: 60_000,
  });
