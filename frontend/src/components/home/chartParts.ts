import type { ActivityOut } from "../../api/generated/types.gen";

/** One bar: what is stacked in it, from below, and how long its runs took, in milliseconds. */
export type Part = {
  at: string;
  returned: number;
  failed: number;
  other: number;
  total: number;
  p50: number | null;
  p95: number | null;
};

export const STACK = [
  { kind: "returned", words: "returned" },
  { kind: "failed", words: "failed or trapped" },
  { kind: "other", words: "refused, out of limits or stopped" },
] as const;

export function partsOf(activity: Pick<ActivityOut, "parts">): Part[] {
  return activity.parts.map((part) => {
    const failed = part.failed + part.trapped;
    const other = part.refused + part.exhausted + part.cancelled;
    return {
      at: part.at,
      returned: part.returned,
      failed,
      other,
      total: part.returned + failed + other,
      p50: part.p50_ms,
      p95: part.p95_ms,
    };
  });
}

/** What the highest bar is measured by: never nothing. */
export const scaleOf = (parts: Part[]) => Math.max(1, ...parts.map((part) => part.total));
