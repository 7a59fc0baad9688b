import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantToolsByName,
  getApiV1SchemasSpecJson,
  getApiV1Sdk,
  postApiV1TenantsByTenantToolsByNameDryRun,
  getApiV1TenantsByTenantTools,
  getApiV1TenantsByTenantToolsByName,
  postApiV1TenantsByTenantSpecsDraft,
  postApiV1TenantsByTenantTools,
  postApiV1TenantsByTenantToolsByNameRollback,
  putApiV1TenantsByTenantToolsByName,
} from "../generated/sdk.gen";
import type { SpecIn } from "../generated/types.gen";
import { MOVING_POLL_MS, isMoving } from "./versions";

export type Standing = "live" | "waiting" | "not_live" | "deprecated" | "retired";
export type Order = "newest" | "name" | "calls" | "failures" | "slowest";
export type ToolFilter = { q?: string; standing?: Standing; sort?: Order; cursor?: string };

export const toolsQuery = (tenant: string, { q, ...filter }: ToolFilter = {}) =>
  queryOptions({
    queryKey: [tenant, "tools", { q, ...filter }],
    queryFn: () =>
      data(
        getApiV1TenantsByTenantTools({ path: { tenant }, query: { q: q || undefined, ...filter, limit: 50 } }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: (query) =>
      query.state.data?.items.some((tool) => isMoving(tool.newest_state)) ? MOVING_POLL_MS : false,
  });

export const toolQuery = (tenant: string, name: string) =>
  queryOptions({
    queryKey: [tenant, "tools", name],
    queryFn: () => data(getApiV1TenantsByTenantToolsByName({ path: { tenant, name } })),
  });

// The server checks a spec whole and reports every problem with its path; checking shapes here would only hide some.
export const submitTool = (tenant: string, spec: unknown) =>
  data(postApiV1TenantsByTenantTools({ path: { tenant }, body: spec as SpecIn }));

export const reviseTool = (tenant: string, name: string, spec: unknown) =>
  data(putApiV1TenantsByTenantToolsByName({ path: { tenant, name }, body: spec as SpecIn }));

export const retireTool = (tenant: string, name: string) =>
  data(deleteApiV1TenantsByTenantToolsByName({ path: { tenant, name } }));

export const rollBack = (tenant: string, name: string, version: number) =>
  data(postApiV1TenantsByTenantToolsByNameRollback({ path: { tenant, name }, body: { version } }));

/** A spec that a model proposes for a paragraph of words. Nothing is submitted. */
export const draftSpec = (tenant: string, text: string) =>
  data(postApiV1TenantsByTenantSpecsDraft({ path: { tenant }, body: { text } }));

/** The published JSON Schema of specs, which only a new release changes. */
export const specSchemaQuery = queryOptions({
  queryKey: ["spec schema"],
  queryFn: async () => (await data(getApiV1SchemasSpecJson())) as Record<string, unknown>,
  staleTime: Number.POSITIVE_INFINITY,
});

/** The reference of what tools import. */
export const sdkQuery = queryOptions({
  queryKey: ["sdk"],
  queryFn: () => data(getApiV1Sdk()),
  staleTime: Number.POSITIVE_INFINITY,
});

/** A source built and run in the canned worlds of the spec's cases. Nothing is submitted. */
export const tryDraft = (tenant: string, name: string, source: string) =>
  data(postApiV1TenantsByTenantToolsByNameDryRun({ path: { tenant, name }, body: { source } }));
