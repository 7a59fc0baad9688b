import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  getApiV1TenantsByTenantDataEffects,
  getApiV1TenantsByTenantDataScopes,
  getApiV1TenantsByTenantDataValues,
  postApiV1TenantsByTenantDataEffectsForget,
  putApiV1TenantsByTenantDataValues,
} from "../generated/sdk.gen";
import type { ValueIn } from "../generated/types.gen";

export type EffectState = "claimed" | "done";
type Sought = { q?: string; cursor?: string };

export const scopesQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "data", "scopes"],
    queryFn: () => data(getApiV1TenantsByTenantDataScopes({ path: { tenant } })),
  });

export const valuesQuery = (tenant: string, scope: string, sought: Sought) =>
  queryOptions({
    queryKey: [tenant, "data", "values", scope, sought],
    queryFn: () =>
      data(getApiV1TenantsByTenantDataValues({ path: { tenant }, query: { scope, ...sought, limit: 50 } })),
    placeholderData: keepPreviousData,
  });

/** Keep a value, or none, if it is still the one that was read (`revision`; 0: there was none). */
export const changeValue = (tenant: string, body: ValueIn) =>
  data(putApiV1TenantsByTenantDataValues({ path: { tenant }, body }));

export const effectsQuery = (tenant: string, sought: Sought & { state?: EffectState }) =>
  queryOptions({
    queryKey: [tenant, "data", "effects", sought],
    queryFn: () =>
      data(getApiV1TenantsByTenantDataEffects({ path: { tenant }, query: { ...sought, limit: 50 } })),
    placeholderData: keepPreviousData,
  });

/** Have the ledger forget that these happened: the next run that comes to one does it again. */
export const forgetEffects = (tenant: string, keys: string[]) =>
  data(postApiV1TenantsByTenantDataEffectsForget({ path: { tenant }, body: { keys } }));
