import type { VersionOut } from "../../api/generated/types.gen";

export type Change<Item> = { mark: "added" | "removed" | "kept"; item: Item };
export type LimitChange = { name: string; before: number | undefined; after: number };

/** What a version may do, in plain words, as the server put it. */
export function sentences(version: VersionOut | undefined): string[] {
  const found = version?.grant.sentences;
  return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
}

export function compare(before: string[], after: string[]): Change<string>[] {
  const added = after.filter((item) => !before.includes(item));
  const removed = before.filter((item) => !after.includes(item));
  const kept = after.filter((item) => before.includes(item));
  return [
    ...added.map((item) => ({ mark: "added" as const, item })),
    ...removed.map((item) => ({ mark: "removed" as const, item })),
    ...kept.map((item) => ({ mark: "kept" as const, item })),
  ];
}

/** Limits that differ from the version before; all of them when there is none. */
export function changedLimits(before: VersionOut | undefined, after: VersionOut): LimitChange[] {
  return Object.entries(after.limits)
    .map(([name, value]) => ({ name, before: before?.limits[name], after: value }))
    .filter((limit) => limit.before !== limit.after);
}

export function effectsOf(version: VersionOut | undefined): string | undefined {
  const effects = version?.spec.effects;
  return typeof effects === "string" ? effects : undefined;
}
