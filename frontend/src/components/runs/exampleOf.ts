import { type Fields, isFields } from "../../api/fields.ts";
import type { EntryOut, RunDetail } from "../../api/generated/types.gen.ts";

/**
 * A run as an example for its tool's spec: what it was given, what the world answered, and what came of it.
 *
 * What came of it is what happened, not what is right: whoever takes it over says so, or puts in what should have come.
 */
export function exampleOf(run: RunDetail, entries: EntryOut[]): Fields {
  const http = repliesOf(entries);
  const others = [...new Set(entries.map((entry) => entry.capability))].filter(
    (name) => name !== "http" && !AMBIENT.has(name),
  );
  return {
    title: `as in ${run.id}${others.length > 0 ? `; its world of ${others.join(", ")} is still to be put in` : ""}`,
    arguments: run.arguments,
    ...(Object.keys(http).length > 0 ? { world: { http } } : {}),
    ...(run.outcome === "returned" ? { result: run.result } : { error: run.error?.code ?? "unknown" }),
  };
}

const AMBIENT = new Set(["clock", "random", "log", "progress"]);

/** What each address has answered, as the world of a case says it; the last answer of one that was asked twice. */
function repliesOf(entries: EntryOut[]): Fields {
  const asked = entries.filter(({ capability, operation }) => capability === "http" && operation === "request");
  return Object.fromEntries(
    asked.map(({ request, value, fault }) => {
      const said = isFields(request) ? request : {};
      const reply = fault ? { fault: { code: fault.code, message: fault.message } } : answerOf(isFields(value) ? value : {});
      return [`${String(said.method ?? "GET")} ${String(said.url)}`, reply];
    }),
  );
}

function answerOf(reply: Fields): Fields {
  const { status, text, base64 } = reply;
  const said = parsed(text);
  const content = said === undefined ? { base64 } : typeof said === "string" ? { text: said } : { json: said };
  return { status: status ?? 200, ...(said === undefined && base64 === undefined ? {} : content) };
}

function parsed(text: unknown): unknown {
  if (typeof text !== "string") {
    return text;
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
