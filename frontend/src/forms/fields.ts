import { ApiError } from "../api/problems";

/** One text field of a submitted form. */
export function field(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}

/** A field as it was typed: spaces belong to a password. */
export function secretField(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** Names in a line, with commas or spaces between them. */
export const namesIn = (line: string) => line.split(/[\s,]+/).filter(Boolean);

/** What the server said about one field, to stand beside it. */
export function fieldProblem(error: unknown, path: string): string | undefined {
  return error instanceof ApiError
    ? error.problems.find((problem) => problem.path === path)?.message
    : undefined;
}

/** The error without what stands beside fields already. */
export function otherThan(error: unknown, paths: string[]): unknown {
  const isAllBeside =
    error instanceof ApiError &&
    error.problems.length > 0 &&
    error.problems.every((problem) => paths.includes(problem.path));
  return isAllBeside ? null : error;
}
