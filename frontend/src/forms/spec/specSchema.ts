import { type Fields, isFields } from "../../api/fields.ts";

const TEXT = { type: "string" };
const listOf = (description: string) => ({ type: "array", description, items: TEXT });
const byName = (description: string, of: unknown) => ({ type: "object", description, additionalProperties: of });

/** Deeds as what they are. Those that are not named here stand in the form as JSON, and so does what compares loosely. */
const DEEDS = {
  email: {
    type: "array",
    description: "Every mail, in its order.",
    items: {
      type: "object",
      properties: { to: TEXT, sender: TEXT, subject: TEXT, text: { type: "string", maxLength: 1_000_000 }, html: TEXT },
      required: ["to", "subject"],
    },
  },
  http: {
    type: "array",
    description: "Every request that changes something.",
    items: {
      type: "object",
      properties: { method: { enum: ["POST", "PUT", "PATCH", "DELETE"] }, url: TEXT, json: {} },
      required: ["method", "url"],
    },
  },
  files: byName("The files that are written, by path.", { type: "string", maxLength: 1_000_000 }),
  ledger: listOf("The entries that are marked as done."),
  kv: byName("What is kept, by key.", {}),
};
const WORLD = {
  http: byName("Answers of the web, by method and address: `GET https://api.example.com/a`.", {}),
  ledger: { type: "object", properties: { done: listOf("Entries that are done already.") } },
  kv: byName("What is kept already, by key.", {}),
  files: byName("The files that are there, by path.", { type: "string", maxLength: 1_000_000 }),
};

/** One that refers elsewhere is no part of another document: such arguments are edited as JSON. */
const standsAlone = (schema: unknown) => isFields(schema) && !JSON.stringify(schema).includes('"$ref"');

function formed(whole: Fields, name: string, form: Fields): Fields {
  const properties = isFields(whole.properties) ? whole.properties : {};
  const own = isFields(properties[name]) ? properties[name] : {};
  return { ...whole, properties: { ...properties, [name]: { description: own.description, ...form } } };
}

/**
 * The published schema of a spec, its cases in the form of the spec itself: arguments as its own schema has them,
 * results as well, deeds as mails, requests and files.
 */
export function formOf(published: Fields, spec: Fields): Fields {
  const defs = isFields(published.$defs) ? published.$defs : {};
  const given = Object.entries(defs).map(([name, one]) => {
    let call = isFields(one) ? one : {};
    call = standsAlone(spec.input_schema) ? formed(call, "arguments", spec.input_schema as Fields) : call;
    call = standsAlone(spec.output_schema) ? formed(call, "result", spec.output_schema as Fields) : call;
    call = formed(call, "done", { type: "object", properties: DEEDS });
    call = formed(call, "world", { type: "object", properties: WORLD });
    return [name, name === "call" ? withoutWorld(call) : call] as const;
  });
  return { ...published, $defs: Object.fromEntries(given) };
}

/** A call of a story happens in the world of the whole story. */
function withoutWorld(call: Fields): Fields {
  const { world: _, ...properties } = isFields(call.properties) ? call.properties : {};
  return { ...call, properties };
}

/** A part of the whole form: some of its fields. */
export function partOf(schema: Fields, names: readonly string[]): Fields {
  const properties = isFields(schema.properties) ? schema.properties : {};
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  return {
    type: "object",
    properties: Object.fromEntries(names.filter((name) => name in properties).map((name) => [name, properties[name]])),
    required: required.filter((name) => typeof name === "string" && names.includes(name)),
    $defs: schema.$defs,
  };
}
