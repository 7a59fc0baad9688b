import { type Fields, isFields } from "../../api/fields.ts";
import type { VersionOut } from "../../api/generated/types.gen";

/** What a case says is done, capability by capability; undefined where it does not say. */
export type Stated = {
  deeds: { id: string; capability: string; deed: unknown }[];
  /** Made from a run, and looked at by nobody yet. */
  isRecorded: boolean;
  isOpen: boolean;
};

export type CaseKind = "examples" | "holdouts";

export type StatedCase = {
  id: string;
  kind: CaseKind;
  title: string;
  /** What it is called with, where the title does not say it already. */
  given: string | undefined;
  /** Of a call of a story: what happens before it. */
  meanwhile: string[];
  outcome: string;
  stated: Stated | undefined;
  /** The same case of the version it is compared with: null where that has none. */
  before: Stated | undefined | null;
};

// Fields of a block that are no capability.
const OWN = new Set(["others", "open", "recorded"]);

/** The cases of a version, call by call, each beside the same one of another version; those that say what is done first. */
export function statedCases(version: VersionOut, baseline: VersionOut | undefined): StatedCase[] {
  const all = [...casesFor("examples", version, baseline), ...casesFor("holdouts", version, baseline)];
  const says = ({ stated }: StatedCase) => stated !== undefined;
  return [...all.filter(says), ...all.filter((one) => !says(one))];
}

function casesFor(kind: CaseKind, version: VersionOut, baseline: VersionOut | undefined): StatedCase[] {
  const others = new Map(casesOf(baseline, kind).map((example) => [keyOf(example), callsOf(example)]));
  return casesOf(version, kind).flatMap((example, number) => {
      const before = others.get(keyOf(example)) ?? [];
      return callsOf(example).map((call, at) => {
        const other = before[at];
        return {
          id: `${kind} ${number} ${at}`,
          kind,
          title: titleOf(example, call, at),
          given: call === example && typeof example.title === "string" ? JSON.stringify(call.arguments) : undefined,
          meanwhile: meanwhileOf(call),
          outcome: outcomeOf(call),
          stated: statedOf(call),
          before: other === undefined ? null : statedOf(other),
        };
      });
    });
}

export function casesOf(version: VersionOut | undefined, kind: CaseKind): Fields[] {
  const cases = version?.spec[kind];
  return Array.isArray(cases) ? cases.filter(isFields) : [];
}

/** The calls of a story; of a case of one call itself. */
function callsOf(example: Fields): Fields[] {
  return Array.isArray(example.calls) ? example.calls.filter(isFields) : [example];
}

/** A case is the same one by its title, or by what it is called with. */
export const keyOf = (example: Fields) =>
  typeof example.title === "string"
    ? example.title
    : JSON.stringify([callsOf(example).map((call) => call.arguments), example.world]);

function titleOf(example: Fields, call: Fields, at: number): string {
  const given = `called with ${JSON.stringify(call.arguments)}`;
  if (call === example) {
    return typeof example.title === "string" ? example.title : given;
  }
  return typeof example.title === "string" ? `${example.title}, call ${at + 1}: ${given}` : `Call ${at + 1}, ${given}`;
}

/** What happens between a call and the one before it, one thing each. */
function meanwhileOf(call: Fields): string[] {
  if (!isFields(call.meanwhile)) {
    return [];
  }
  const { later, ...changed } = call.meanwhile;
  const passed = typeof later === "string" ? [`${later} later`] : [];
  return [...passed, ...Object.entries(changed).map(([name, what]) => `${name} ${JSON.stringify(what)}`)];
}

function outcomeOf(example: Fields): string {
  if (example.error !== undefined) {
    const error = example.error;
    return `ends in the error ${isFields(error) ? String(error.code) : String(error)}`;
  }
  return "result" in example
    ? `returns ${JSON.stringify(example.result)}`
    : "is tried; what must come of it is not shown to you";
}

function statedOf(example: Fields): Stated | undefined {
  const done = example.done;
  if (!isFields(done)) {
    return undefined;
  }
  const deeds = Object.entries(done)
    .filter(([name]) => !OWN.has(name))
    .flatMap(([capability, given]) =>
      itemsOf(given).map((deed, at) => ({ id: `${capability} ${at}`, capability, deed })),
    );
  return { deeds, isRecorded: done.recorded === true, isOpen: done.others !== undefined };
}

/** A list of deeds, or what is kept by name, which is one deed for each name. */
function itemsOf(given: unknown): unknown[] {
  if (Array.isArray(given)) {
    return given;
  }
  return isFields(given) ? Object.entries(given).map(([name, content]) => ({ name, content })) : [given];
}
