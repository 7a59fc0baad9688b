import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  getApiV1TenantsByTenantToolsByNameVersionsByNumberComments,
  patchApiV1TenantsByTenantToolsByNameVersionsByNumberCommentsByCommentId,
  postApiV1TenantsByTenantToolsByNameVersionsByNumberComments,
} from "../generated/sdk.gen";
import type { LineCommentIn } from "../generated/types.gen";

/** Comments on lines of a source. Whoever asks is shown the source: ask where it is shown as well. */
export const commentsQuery = (tenant: string, name: string, number: number) =>
  queryOptions({
    queryKey: [tenant, "tools", name, "versions", number, "comments"],
    queryFn: () =>
      data(getApiV1TenantsByTenantToolsByNameVersionsByNumberComments({ path: { tenant, name, number } })),
  });

export const addComment = (tenant: string, name: string, number: number, body: LineCommentIn) =>
  data(postApiV1TenantsByTenantToolsByNameVersionsByNumberComments({ path: { tenant, name, number }, body }));

export const settleComment = (tenant: string, name: string, number: number, id: string, settled: boolean) =>
  data(
    patchApiV1TenantsByTenantToolsByNameVersionsByNumberCommentsByCommentId({
      path: { tenant, name, number, comment_id: id },
      body: { settled },
    }),
  );
