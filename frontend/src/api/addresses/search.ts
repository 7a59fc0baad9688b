import type { EffectState } from "../settings/savedData";
import type { Outcome, Range, Status } from "../runs/runs";
import type { Order, Standing } from "../tools/tools";

/** What an address may say behind its question mark: anything else is left out. */
type Search = Record<string, unknown>;

// A name that is all digits is a number to who reads an address.
export const text = (value: unknown) =>
  (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : undefined;

export const whole = (value: unknown) =>
  Number.isInteger(Number(value)) && Number(value) > 0 ? Number(value) : undefined;

export function oneOf<Name extends string>(names: readonly Name[], value: unknown): Name | undefined {
  return names.find((name) => name === value);
}

export const paged = (search: Search): { cursor?: string } => ({ cursor: text(search.cursor) });

const STANDINGS: readonly Standing[] = ["live", "waiting", "not_live", "deprecated", "retired"];
const ORDERS: readonly Order[] = ["newest", "name", "calls", "failures", "slowest"];

type ToolSearch = { q?: string; standing?: Standing; sort?: Order; cursor?: string };

export const toolSearch = (search: Search): ToolSearch => ({
  q: text(search.q),
  standing: oneOf(STANDINGS, search.standing),
  sort: oneOf(ORDERS, search.sort),
  ...paged(search),
});

export type AuditSearch = { kind?: string; who?: string; about?: string; range?: Range };

type KeptSearch = {
  /** What is looked for in saved data, and which part of it. */
  show?: "ledger";
  scope?: string;
  q?: string;
  state?: EffectState;
  /** Of files. */
  folder?: string;
  /** Of usage. */
  by?: "caller";
  days?: (typeof USE_DAYS)[number];
};

export const USE_DAYS = [7, 14, 31] as const;

/** Of the settings: the audit trail's filters, what is looked for in what tools keep, and a place in a list. */
export const settingsSearch = (search: Search): AuditSearch & KeptSearch & { cursor?: string } => ({
  show: oneOf(["ledger"] as const, search.show),
  scope: text(search.scope),
  q: text(search.q),
  state: oneOf(["claimed", "done"] as const, search.state),
  folder: text(search.folder),
  by: oneOf(["caller"] as const, search.by),
  days: USE_DAYS.find((days) => days === Number(search.days)),
  kind: text(search.kind),
  who: text(search.who),
  about: text(search.about),
  range: oneOf(RANGES, search.range),
  ...paged(search),
});

const STATUSES: readonly Status[] = ["queued", "running", "suspended", "finished"];
const OUTCOMES: readonly Outcome[] = ["returned", "failed", "refused", "exhausted", "trapped", "cancelled"];
const RANGES: readonly Range[] = ["1h", "24h", "7d", "30d"];

export type RunSearch = {
  tool?: string;
  version?: number;
  caller?: string;
  status?: Status;
  outcome?: Outcome;
  code?: string;
  q?: string;
  /** Up to now; `since` and `until` are times, when no range is chosen. */
  range?: Range;
  since?: string;
  until?: string;
  cursor?: string;
};

export const runSearch = (search: Search): RunSearch => ({
  tool: text(search.tool),
  version: whole(search.version),
  caller: text(search.caller),
  status: oneOf(STATUSES, search.status),
  outcome: oneOf(OUTCOMES, search.outcome),
  code: text(search.code),
  q: text(search.q),
  range: oneOf(RANGES, search.range),
  since: text(search.since),
  until: text(search.until),
  ...paged(search),
});
