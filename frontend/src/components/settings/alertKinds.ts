import type { AlertOut } from "../../api/generated/types.gen";
import type { AlertKind } from "../../api/settings/alerts";
import { count, duration, milliseconds } from "../../ui/format.ts";

type Kind = {
  /** What one chooses. */
  label: string;
  /** What the threshold counts, as its field says. */
  unit: string;
  usual: number;
  hasTool?: boolean;
  hasSpan?: boolean;
};

// A record, so that the compiler asks for the words of a kind that the API gains.
export const ALERT_KINDS: Record<AlertKind, Kind> = {
  failures: { label: "Runs fail", unit: "Failed runs", usual: 5, hasTool: true, hasSpan: true },
  slow: { label: "Runs are slow", unit: "Milliseconds that 95 % stay within", usual: 5_000, hasTool: true, hasSpan: true },
  schedules: { label: "A schedule fails", unit: "Failing schedules", usual: 1, hasTool: true },
  uncertain: { label: "Nobody knows how effects ended", unit: "Uncertain effects", usual: 1 },
  budget: { label: "The month’s money for models is near its end", unit: "Percent spent", usual: 80 },
  storage: { label: "Storage is nearly full", unit: "Percent used", usual: 90 },
};

const SPANS = [5, 15, 60, 360, 1_440, 10_080];
export const SPAN_CHOICES = SPANS.map((minutes) => ({ value: String(minutes), label: duration(minutes * 60) }));

function amount(kind: AlertKind, value: number): string {
  switch (kind) {
    case "slow":
      return milliseconds(value);
    case "budget":
    case "storage":
      return `${count(value)} %`;
    default:
      return count(value);
  }
}

/** A rule as a person says it. */
export function saidOf({ kind, tool, threshold, span_minutes: span }: AlertOut): string {
  const of = tool === null ? "" : ` of ${tool}`;
  const within = ` within ${duration(span * 60)}`;
  switch (kind) {
    case "failures":
      return `${count(threshold)} or more runs${of} fail${within}`;
    case "slow":
      return `95 % of the runs${of}${within} take ${milliseconds(threshold)} or more`;
    case "schedules":
      return `the last call of ${count(threshold)} or more schedules${of} failed`;
    case "uncertain":
      return `${count(threshold)} or more effects are uncertain`;
    case "budget":
      return `${amount(kind, threshold)} of the month’s money for models is spent`;
    case "storage":
      return `${amount(kind, threshold)} of what may be stored is used`;
  }
}

/** How much it was when that last changed. */
export const lastOf = ({ kind, value }: AlertOut) => (value === null ? "" : amount(kind, value));
