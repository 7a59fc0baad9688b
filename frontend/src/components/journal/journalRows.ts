import { type Fields, isFields } from "../../api/fields.ts";
import type { EntryOut } from "../../api/generated/types.gen.ts";

/** Calls that came one after the other, alike in what they are and how they ended. */
export type Group = { key: string; entries: EntryOut[] };

// So many alike stand in one row, which opens.
const ALIKE = 4;

const kindOf = (entry: EntryOut) =>
  `${entry.capability}.${entry.operation} ${entry.fault?.code ?? entry.state}`;

/** Entries one by one, and longer stretches of the same call as one. */
export function groupsOf(entries: EntryOut[]): Group[] {
  const stretches: EntryOut[][] = [];
  for (const entry of entries) {
    const last = stretches.at(-1);
    if (last?.[0] && kindOf(last[0]) === kindOf(entry)) {
      last.push(entry);
    } else {
      stretches.push([entry]);
    }
  }
  return stretches
    .flatMap((stretch) => (stretch.length < ALIKE ? stretch.map((entry) => [entry]) : [stretch]))
    .map((several) => ({ key: `${several[0]?.seq}.${several[0]?.item ?? ""}`, entries: several }));
}

const NAMES = ["url", "key", "keys", "path", "name", "tool", "to", "subject", "statement", "question", "prefix", "pattern"];
const SHOWN = 120;

/** What a call is about: its address, key, file or whom it goes to, in one line. */
export function aboutOf(entry: EntryOut): string {
  const request: Fields = isFields(entry.request) ? entry.request : {};
  const method = typeof request.method === "string" ? `${request.method} ` : "";
  const found = NAMES.find((name) => request[name] !== undefined && request[name] !== null);
  const value = found === undefined ? undefined : request[found];
  if (value === undefined) {
    return "";
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `${method}${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}`;
}
