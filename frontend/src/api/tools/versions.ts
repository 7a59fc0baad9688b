import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  getApiV1Gates,
  getApiV1TenantsByTenantReviews,
  getApiV1TenantsByTenantToolsByNameVersions,
  getApiV1TenantsByTenantToolsByNameVersionsByNumber,
  getApiV1TenantsByTenantToolsByNameVersionsByNumberExchanges,
  postApiV1TenantsByTenantToolsByNameVersions,
  postApiV1TenantsByTenantToolsByNameVersionsByNumberApprove,
  postApiV1TenantsByTenantToolsByNameVersionsByNumberReject,
} from "../generated/sdk.gen";
import type { ApproveIn, VersionIn, VersionSummary } from "../generated/types.gen";

export type State = VersionSummary["state"];

const MOVING: ReadonlySet<State> = new Set(["draft", "generating", "checking"]);

/** True while the server itself will move the version on. */
export const isMoving = (state: State | null | undefined) => state != null && MOVING.has(state);

// Events tell us sooner (events.ts); asking again is for the browser that lost its stream.
export const MOVING_POLL_MS = 2_000;

export const versionsQuery = (tenant: string, name: string) =>
  queryOptions({
    queryKey: [tenant, "tools", name, "versions"],
    queryFn: () =>
      data(getApiV1TenantsByTenantToolsByNameVersions({ path: { tenant, name }, query: { limit: 50 } })),
    refetchInterval: (query) =>
      query.state.data?.items.some((v) => isMoving(v.state)) ? MOVING_POLL_MS : false,
  });

export const versionQuery = (tenant: string, name: string, number: number) =>
  queryOptions({
    queryKey: [tenant, "tools", name, "versions", number],
    queryFn: () =>
      data(getApiV1TenantsByTenantToolsByNameVersionsByNumber({ path: { tenant, name, number } })),
    refetchInterval: (query) => (isMoving(query.state.data?.state) ? MOVING_POLL_MS : false),
  });

/** All but its source: whoever is shown that writes no outside cases any more, so it is shown where it is looked for. */
export const versionFactsQuery = (tenant: string, name: string, number: number) =>
  queryOptions({
    queryKey: [tenant, "tools", name, "versions", number, "facts"],
    queryFn: () =>
      data(
        getApiV1TenantsByTenantToolsByNameVersionsByNumber({
          path: { tenant, name, number },
          query: { source: false },
        }),
      ),
    refetchInterval: (query) => (isMoving(query.state.data?.state) ? MOVING_POLL_MS : false),
  });

export const submitVersion = (tenant: string, name: string, body: VersionIn) =>
  data(postApiV1TenantsByTenantToolsByNameVersions({ path: { tenant, name }, body }));

/** `canary_percent`: the share of calls that it serves at first, beside the live version; 100 is all of them. */
export const approveVersion = (
  tenant: string,
  { tool: name, number, digest }: VersionSummary,
  said: Omit<ApproveIn, "digest">,
) =>
  data(
    postApiV1TenantsByTenantToolsByNameVersionsByNumberApprove({
      path: { tenant, name, number },
      body: { ...said, digest: digest ?? "" },
    }),
  );

/** Versions of all tools that await approval. Under `tools`, so that what happens to one refreshes them. */
export const reviewsQuery = (tenant: string, cursor?: string) =>
  queryOptions({
    queryKey: [tenant, "tools", "reviews", { cursor }],
    queryFn: () => data(getApiV1TenantsByTenantReviews({ path: { tenant }, query: { cursor, limit: 50 } })),
  });

/** What each gate holds versions to, which only a new release changes. */
export const gatesQuery = queryOptions({
  queryKey: ["gates"],
  queryFn: () => data(getApiV1Gates()),
  staleTime: Number.POSITIVE_INFINITY,
});

/** What was said to the model that wrote a version, and what it answered. */
export const exchangesQuery = (tenant: string, name: string, number: number) =>
  queryOptions({
    queryKey: [tenant, "tools", name, "versions", number, "exchanges"],
    queryFn: () =>
      data(
        getApiV1TenantsByTenantToolsByNameVersionsByNumberExchanges({ path: { tenant, name, number } }),
      ),
  });

export const rejectVersion = (tenant: string, name: string, number: number, reason: string) =>
  data(
    postApiV1TenantsByTenantToolsByNameVersionsByNumberReject({
      path: { tenant, name, number },
      body: { reason },
    }),
  );
