import { isFields } from "../../api/fields.ts";
import type { VersionOut } from "../../api/generated/types.gen";
import { gatesOf } from "../gates/gateResults.ts";
import { casesOf, keyOf } from "../versions/statedCases.ts";

/** One line of an answer; `tag` is said before it, in a word or two. */
export type Line = { say: string; tag?: string; tone?: "bad" | "warn" | "good" };

const several = (amount: number, one: string, many = `${one}s`) => `${amount} ${amount === 1 ? one : many}`;

/** Why a version is believed to work: its gates, its cases and who wrote them, and what is left open. */
export function believed(version: VersionOut): Line[] {
  const gates = gatesOf(version);
  if (gates.length === 0) {
    return [{ say: "Its gates have not looked at it yet." }];
  }
  return [gatesLine(gates), ...caseLines(version, gates), ...openLines(version)];
}

function gatesLine(gates: ReturnType<typeof gatesOf>): Line {
  const failed = gates.filter((gate) => !gate.isPassed);
  if (failed.length > 0) {
    const named = failed.map((gate) => gate.name.replaceAll("_", " ")).join(", ");
    return { say: `It did not pass ${failed.length} of ${gates.length} gates: ${named}.`, tone: "bad" };
  }
  return { say: `It passed all ${gates.length} gates.`, tone: "good" };
}

function caseLines(version: VersionOut, gates: ReturnType<typeof gatesOf>): Line[] {
  const examples = casesOf(version, "examples").length;
  const holdouts = casesOf(version, "holdouts").length;
  const isTried = gates.some((gate) => gate.name === "holdouts" && gate.isPassed);
  const counted = `${several(examples, "example")} and ${several(holdouts, "hold-out")}`;
  const came = isTried ? `Exactly what is stated came of ${counted}.` : `There are ${counted}.`;
  return [{ say: came }, holdoutLine(version, holdouts)];
}

/** A hold-out proves something when whoever wrote the code did not write it as well. */
function holdoutLine(version: VersionOut, holdouts: number): Line {
  if (holdouts === 0) {
    return { say: "There is no hold-out: the code may be made to fit its examples.", tone: "warn" };
  }
  if (version.generate) {
    return { say: "A model wrote the code; it has seen no answer of a hold-out.", tone: "good" };
  }
  const others = version.independent_holdouts;
  const by = version.spec_by ? `, the spec was last written by ${nameOf(version.spec_by)}` : "";
  if (others === null) {
    return { say: `Who wrote the hold-outs is not known${by}.` };
  }
  return others === 0
    ? { say: `${nameOf(version.author)} wrote the code and every hold-out: nobody else has said what it must do.`, tone: "warn" }
    : { say: `${others} of ${holdouts} hold-outs are by somebody else than the code${by}.`, tone: "good" };
}

/** Somebody as a person knows them; what a machine signs with has a name of its own. */
function nameOf({ kind, label }: Record<string, unknown>): string {
  return kind === "api_key" ? `The key “${String(label)}”` : String(label);
}

function openLines(version: VersionOut): Line[] {
  const said = (severity: string, gate?: string) =>
    version.findings.filter((each) => each.severity === severity && (gate === undefined || each.gate === gate)).length;
  const questions = said("question");
  const survivors = said("warning", "strength");
  const others = said("warning") - survivors;
  return [
    ...(questions > 0
      ? [{ say: `${several(questions, "thing")} it cannot know, so it asks you.`, tag: "asks you", tone: "warn" as const }]
      : []),
    ...(survivors > 0
      ? [{ say: `Of mistakes made in it on purpose some are noticed by no case (${several(survivors, "warning")}).`, tone: "warn" as const }]
      : []),
    ...(others > 0 ? [{ say: `${several(others, "more warning")}, below.`, tone: "warn" as const }] : []),
  ];
}

type Said = { message: string; breaks: boolean };

/** What callers notice of a version beside the one that serves, what breaks them first. */
export function contractOf(version: VersionOut): Said[] {
  const found = version.changes?.contract;
  const said = Array.isArray(found) ? found.filter(isFields) : [];
  return said
    .map((one) => ({ message: String(one.message), breaks: one.breaks === true }))
    .toSorted((one, other) => Number(other.breaks) - Number(one.breaks));
}

/** What a version changes beside the one that serves: contract, authority, words, cases and code, in order of harm. */
export function changed(version: VersionOut, serving: VersionOut | undefined): Line[] {
  const { changes } = version;
  if (!changes) {
    return [{ say: serving ? "It cannot be compared." : "All of it is new: no other version is live." }];
  }
  const lines = [
    ...contractOf(version).map(({ message, breaks }) =>
      breaks ? { say: message, tag: "breaks callers", tone: "bad" as const } : { say: message, tag: "callers notice" },
    ),
    ...authorityLine(changes),
    ...textLine(changes),
    ...(serving ? [...caseChanges(version, serving), sourceLine(version, serving)] : []),
  ];
  return lines;
}

function authorityLine(changes: Record<string, unknown>): Line[] {
  const grant = isFields(changes.grant) ? changes.grant : {};
  const added = Array.isArray(grant.added) ? grant.added.length : 0;
  const removed = Array.isArray(grant.removed) ? grant.removed.length : 0;
  const effects = isFields(changes.effects) ? changes.effects : null;
  const lines: Line[] = [];
  if (effects) {
    lines.push({ say: `Its effects were ${String(effects.from)}, they are ${String(effects.to)} now.`, tag: "authority", tone: "warn" });
  }
  if (added > 0) {
    lines.push({ say: `It may do ${several(added, "more thing")}.`, tag: "authority", tone: "warn" });
  }
  if (removed > 0) {
    lines.push({ say: `${several(removed, "thing")} it may do no more.`, tag: "authority" });
  }
  if (Array.isArray(changes.limits) && changes.limits.length > 0) {
    lines.push({ say: `${several(changes.limits.length, "limit")} changed.`, tag: "authority" });
  }
  return lines;
}

function textLine(changes: Record<string, unknown>): Line[] {
  const texts = Array.isArray(changes.texts) ? changes.texts.map(String) : [];
  return texts.length === 0 ? [] : [{ say: `Callers read another ${texts.join(" and ")}.`, tag: "callers notice" }];
}

function caseChanges(version: VersionOut, serving: VersionOut): Line[] {
  const lines: Line[] = [];
  for (const [kind, name] of [["examples", "example"], ["holdouts", "hold-out"]] as const) {
    const before = new Map(casesOf(serving, kind).map((one) => [keyOf(one), JSON.stringify(one)]));
    const after = new Map(casesOf(version, kind).map((one) => [keyOf(one), JSON.stringify(one)]));
    const fresh = [...after.keys()].filter((key) => !before.has(key)).length;
    const other = [...after].filter(([key, text]) => before.has(key) && before.get(key) !== text).length;
    const gone = [...before.keys()].filter((key) => !after.has(key)).length;
    const parts = [
      fresh > 0 && `${several(fresh, `new ${name}`)}`,
      other > 0 && `${several(other, name)} with another answer`,
      gone > 0 && `${several(gone, name)} gone`,
    ].filter(Boolean);
    if (parts.length > 0) {
      lines.push({ say: `${parts.join(", ")}.`, tone: other + gone > 0 ? "warn" : undefined });
    }
  }
  return lines;
}

function sourceLine(version: VersionOut, serving: VersionOut): Line {
  if (version.source === serving.source) {
    return { say: "The code is the same, character for character." };
  }
  const before = linesOf(serving);
  const after = linesOf(version);
  const fresh = after.filter((line) => !before.includes(line)).length;
  const gone = before.filter((line) => !after.includes(line)).length;
  return { say: `Of the code ${several(fresh, "line")} of ${after.length} are new or changed, ${gone} gone.` };
}

const linesOf = (version: VersionOut) => (version.source ?? "").split("\n").filter((line) => line.trim() !== "");
