import type { FieldProblem, Problem } from "./generated/types.gen";

/** What the server says went wrong (RFC 9457), or that it could not be reached at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  readonly requestId: string | null;
  readonly problems: FieldProblem[];
  readonly document: Record<string, unknown>;

  constructor(status: number, document: Partial<Problem>) {
    super(document.detail ?? document.title ?? "The server did not answer.");
    this.name = "ApiError";
    this.status = status;
    this.code = document.type?.split(":").at(-1) ?? "unreachable";
    this.hint = document.hint ?? null;
    this.requestId = document.request_id ?? null;
    this.problems = document.problems ?? [];
    this.document = { ...document };
  }
}

export function apiError(error: unknown, response: Response | undefined): ApiError {
  if (!response) {
    return new ApiError(0, {
      detail: "The server could not be reached.",
      hint: "Check that it is running and that you are online; nothing was lost.",
    });
  }
  const isDocument = response.headers.get("content-type")?.startsWith("application/problem+json");
  const document = isDocument ? (error as Problem) : { detail: `The server answered ${response.status}.` };
  return new ApiError(response.status, document);
}
