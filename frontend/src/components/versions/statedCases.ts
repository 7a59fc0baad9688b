import { type Fields, isFields } from "../../api/fields.ts";
import type { VersionOut } from "../../api/generated/types.gen";

/** What a case says is done, capability by capability; undefined where it does not say. */
export type Stated = {
  deeds: { id: string; capability: string; deed: unknown }[];
  /** Made from a run, and looked at by nobody yet. */
  isRecorded: boolean;
  isOpen: boolean;
};

export type StatedCase = {
  id: string;
  title: string;
  /** Of a call of a story: what happens before it. */
  meanwhile: string[];
  outcome: string;
  stated: Stated | undefined;
  /** The same case of the version it is compared with: null where that has none. */
  before: Stated | undefined | null;
};

// Fields of a block that are no capability.
const OWN = new Set(["others", "open", "recorded"]);

/** The examples of a version that say what is done, call by call, each beside the same one of another version. */
export function statedCases(version: VersionOut, baseline: VersionOut | undefined): StatedCase[] {
  const others = new Map(examplesOf(baseline).map((example) => [keyOf(example), callsOf(example)]));
  return examplesOf(version)
    .filter((example) => callsOf(example).some((call) => isFields(call.done)))
    .flatMap((example, number) => {
      const before = others.get(keyOf(example)) ?? [];
      return callsOf(example).map((call, at) => {
        const other = before[at];
        return {
          id: `${number} ${at}`,
          title: titleOf(example, call, at),
          meanwhile: meanwhileOf(call),
          outcome: outcomeOf(call),
          stated: statedOf(call),
          before: other === undefined ? null : statedOf(other),
        };
      });
    });
}

function examplesOf(version: VersionOut | undefined): Fields[] {
  const examples = version?.spec.examples;
  return Array.isArray(examples) ? examples.filter(isFields) : [];
}

/** The calls of a story; of a case of one call itself. */
function callsOf(example: Fields): Fields[] {
  return Array.isArray(example.calls) ? example.calls.filter(isFields) : [example];
}

/** A case is the same one by its title, or by what it is called with. */
const keyOf = (example: Fields) =>
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
  return `returns ${JSON.stringify(example.result ?? null)}`;
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
