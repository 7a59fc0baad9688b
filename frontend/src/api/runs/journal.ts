import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  getApiV1TenantsByTenantLedgerUnsettled,
  getApiV1TenantsByTenantQuestions,
  getApiV1TenantsByTenantRunsByRunIdJournal,
  postApiV1TenantsByTenantLedgerSettleAll,
  postApiV1TenantsByTenantQuestionsByQuestionIdAnswer,
  postApiV1TenantsByTenantRunsByRunIdReplay,
  postApiV1TenantsByTenantToolsByNameVersionsByNumberHistory,
} from "../generated/sdk.gen";
import type { AnswerIn, SettleAllIn } from "../generated/types.gen";

const ENTRIES = 50;

/** Every call a run made, oldest first, a page at a time. */
export const journalQuery = (tenant: string, runId: string) =>
  infiniteQueryOptions({
    queryKey: [tenant, "runs", runId, "journal"],
    queryFn: ({ pageParam }) =>
      data(
        getApiV1TenantsByTenantRunsByRunIdJournal({
          path: { tenant, run_id: runId },
          query: { cursor: pageParam, limit: ENTRIES },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

const WHOLE = 200;

/** The first calls of a run in one page: as many as an example has room for. */
export const entriesQuery = (tenant: string, runId: string) =>
  queryOptions({
    queryKey: [tenant, "runs", runId, "entries"],
    queryFn: () =>
      data(
        getApiV1TenantsByTenantRunsByRunIdJournal({ path: { tenant, run_id: runId }, query: { limit: WHOLE } }),
      ),
  });

export const replayRun = (tenant: string, runId: string) =>
  data(postApiV1TenantsByTenantRunsByRunIdReplay({ path: { tenant, run_id: runId } }));

/** A version against the journals of the tool's last runs. */
export const compareWithHistory = (tenant: string, name: string, number: number) =>
  data(postApiV1TenantsByTenantToolsByNameVersionsByNumberHistory({ path: { tenant, name, number } }));

export const questionsQuery = (tenant: string, isOpen: boolean, cursor?: string) =>
  queryOptions({
    queryKey: [tenant, "questions", { isOpen, cursor }],
    queryFn: () =>
      data(
        getApiV1TenantsByTenantQuestions({ path: { tenant }, query: { open: isOpen, cursor, limit: 50 } }),
      ),
  });

export const answerQuestion = (tenant: string, questionId: string, body: AnswerIn) =>
  data(
    postApiV1TenantsByTenantQuestionsByQuestionIdAnswer({ path: { tenant, question_id: questionId }, body }),
  );

/** Effects that nobody knows the end of. */
export const unsettledQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "questions", "unsettled"],
    queryFn: () => data(getApiV1TenantsByTenantLedgerUnsettled({ path: { tenant } })),
  });

/** A person's word on some of them: all are settled, or none. */
export const settleEffects = (tenant: string, body: SettleAllIn) =>
  data(postApiV1TenantsByTenantLedgerSettleAll({ path: { tenant }, body }));
