import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantSchedulesByScheduleId,
  getApiV1TenantsByTenantSchedules,
  getApiV1TenantsByTenantSchedulesPreview,
  patchApiV1TenantsByTenantSchedulesByScheduleId,
  postApiV1TenantsByTenantSchedules,
} from "../generated/sdk.gen";
import type { ScheduleIn } from "../generated/types.gen";

export const schedulesQuery = (tenant: string, cursor?: string) =>
  queryOptions({
    queryKey: [tenant, "schedules", { cursor }],
    queryFn: () => data(getApiV1TenantsByTenantSchedules({ path: { tenant }, query: { cursor, limit: 50 } })),
  });

/** What a cron expression means, in words, and its next times. What is wrong with it is the query's error. */
export const previewQuery = (tenant: string, cron: string, zone: string) =>
  queryOptions({
    queryKey: [tenant, "schedules", "preview", cron, zone],
    queryFn: () => data(getApiV1TenantsByTenantSchedulesPreview({ path: { tenant }, query: { cron, zone } })),
  });

export const createSchedule = (tenant: string, body: ScheduleIn) =>
  data(postApiV1TenantsByTenantSchedules({ path: { tenant }, body }));

export const pauseSchedule = (tenant: string, scheduleId: string, paused: boolean) =>
  data(
    patchApiV1TenantsByTenantSchedulesByScheduleId({
      path: { tenant, schedule_id: scheduleId },
      body: { paused },
    }),
  );

export const removeSchedule = (tenant: string, scheduleId: string) =>
  data(deleteApiV1TenantsByTenantSchedulesByScheduleId({ path: { tenant, schedule_id: scheduleId } }));
