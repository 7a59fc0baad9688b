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
  title: string;
  outcome: string;
  stated: Stated | undefined;
  /** The same case of the version it is compared with: null where that has none. */
  before: Stated | undefined | null;
};

// Fields of a block that are no capability.
const OWN = new Set(["others", "open", "recorded"]);

/** The examples of a version that say what is done, each beside the same one of another version. */
export function statedCases(version: VersionOut, baseline: VersionOut | undefined): StatedCase[] {
  const others = new Map(examplesOf(baseline).map((example) => [keyOf(example), example]));
  return examplesOf(version)
    .filter((example) => isFields(example.done))
    .map((example) => {
      const other = others.get(keyOf(example));
      return {
        title: titleOf(example),
        outcome: outcomeOf(example),
        stated: statedOf(example),
        before: other === undefined ? null : statedOf(other),
      };
    });
}

function examplesOf(version: VersionOut | undefined): Fields[] {
  const examples = version?.spec.examples;
  return Array.isArray(examples) ? examples.filter(isFields) : [];
}

/** A case is the same one by its title, or by what it is called with. */
const keyOf = (example: Fields) =>
  typeof example.title === "string" ? example.title : JSON.stringify([example.arguments, example.world]);

const titleOf = (example: Fields) =>
  typeof example.title === "string" ? example.title : `called with ${JSON.stringify(example.arguments)}`;

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
