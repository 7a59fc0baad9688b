import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantAlertsByAlertId,
  getApiV1TenantsByTenantAlerts,
  patchApiV1TenantsByTenantAlertsByAlertId,
  postApiV1TenantsByTenantAlerts,
  putApiV1TenantsByTenantAlertsByAlertIdLetters,
} from "../generated/sdk.gen";
import type { AlertChange, AlertIn } from "../generated/types.gen";

export type AlertKind = AlertIn["kind"];

// The server looks as often: no event tells that one has begun.
const LOOK_EVERY_MS = 10_000;

export const alertsQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "alerts"],
    queryFn: () => data(getApiV1TenantsByTenantAlerts({ path: { tenant } })),
    refetchInterval: LOOK_EVERY_MS,
  });

export const setAlert = (tenant: string, body: AlertIn) =>
  data(postApiV1TenantsByTenantAlerts({ path: { tenant }, body }));

export const changeAlert = (tenant: string, alertId: string, body: AlertChange) =>
  data(patchApiV1TenantsByTenantAlertsByAlertId({ path: { tenant, alert_id: alertId }, body }));

export const removeAlert = (tenant: string, alertId: string) =>
  data(deleteApiV1TenantsByTenantAlertsByAlertId({ path: { tenant, alert_id: alertId } }));

/** Letters to oneself: nobody asks for another's. */
export const askForLetters = (tenant: string, alertId: string, wanted: boolean) =>
  data(putApiV1TenantsByTenantAlertsByAlertIdLetters({ path: { tenant, alert_id: alertId }, body: { wanted } }));
