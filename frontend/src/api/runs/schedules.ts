import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantSchedulesByScheduleId,
  getApiV1TenantsByTenantSchedules,
  patchApiV1TenantsByTenantSchedulesByScheduleId,
  postApiV1TenantsByTenantSchedules,
} from "../generated/sdk.gen";
import type { ScheduleIn } from "../generated/types.gen";

export const schedulesQuery = (tenant: string, cursor?: string) =>
  queryOptions({
    queryKey: [tenant, "schedules", { cursor }],
    queryFn: () => data(getApiV1TenantsByTenantSchedules({ path: { tenant }, query: { cursor, limit: 50 } })),
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
