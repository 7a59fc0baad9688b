import { type Fields, isFields } from "../../api/fields.ts";
import { followed } from "./shapes.ts";

/** What of a value its schema does not allow, and where: `path` is a JSON pointer, empty for the whole. */
export type Problem = { path: string; message: string };

const DEEP = 24;

/** The pointer to a part of what another one leads to. */
export const pointer = (path: string, name: string) => `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/**
 * The problems of a value, as far as the commonest keywords of JSON Schema 2020-12 tell; a keyword that is not known
 * here finds nothing. The server checks all of it again: this is to be told while typing.
 */
export function problemsOf(schema: unknown, value: unknown, root: unknown = schema, path = "", depth = 0): Problem[] {
  if (!isFields(schema) || depth > DEEP) {
    return schema === false ? [{ path, message: "Nothing may stand here." }] : [];
  }
  const whole = typeof schema.$ref === "string" ? { ...refOf(schema.$ref, root), ...schema } : schema;
  const within = (part: unknown, of: unknown, at: string) => problemsOf(part, of, root, at, depth + 1);
  const wrongType = typeProblem(whole, value);
  if (wrongType) {
    return [{ path, message: wrongType }];
  }
  return [
    ...plainProblems(whole, value).map((message) => ({ path, message })),
    ...(Array.isArray(value) ? itemProblems(whole, value, path, within) : []),
    ...(isFields(value) ? propertyProblems(whole, value, path, within) : []),
    ...combined(whole, value, path, within),
  ];
}

type Within = (schema: unknown, value: unknown, path: string) => Problem[];

function refOf(ref: string, root: unknown): Fields {
  const found = followed(ref, root);
  return isFields(found) ? found : {};
}

const TYPES: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  array: (value) => Array.isArray(value),
  object: isFields,
  null: (value) => value === null,
};

function typeProblem({ type }: Fields, value: unknown): string | null {
  const several = (Array.isArray(type) ? type : [type]).filter((one): one is string => typeof one === "string");
  const fits = several.length === 0 || several.some((one) => TYPES[one]?.(value) ?? true);
  return fits ? null : `It must be ${several.map((one) => (/^[aeiou]/.test(one) ? `an ${one}` : `a ${one}`)).join(" or ")}.`;
}

function plainProblems(schema: Fields, value: unknown): string[] {
  const found: string[] = [];
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => isSame(one, value))) {
    found.push(`It must be one of ${schema.enum.map((one) => JSON.stringify(one)).join(", ")}.`);
  }
  if ("const" in schema && !isSame(schema.const, value)) {
    found.push(`It must be ${JSON.stringify(schema.const)}.`);
  }
  if (typeof value === "number") {
    found.push(...bounds(schema, value, BOUNDS_OF_NUMBERS));
  }
  if (typeof value === "string") {
    found.push(...bounds(schema, [...value].length, BOUNDS_OF_TEXTS), ...patternProblem(schema, value));
  }
  if (Array.isArray(value)) {
    found.push(...bounds(schema, value.length, BOUNDS_OF_LISTS));
  }
  return found;
}

type Bound = [keyword: string, breaks: (value: number, bound: number) => boolean, says: string];

const BOUNDS_OF_NUMBERS: Bound[] = [
  ["minimum", (value, bound) => value < bound, "at least"],
  ["maximum", (value, bound) => value > bound, "at most"],
  ["exclusiveMinimum", (value, bound) => value <= bound, "more than"],
  ["exclusiveMaximum", (value, bound) => value >= bound, "less than"],
];
const BOUNDS_OF_TEXTS: Bound[] = [
  ["minLength", (value, bound) => value < bound, "of this many characters at least:"],
  ["maxLength", (value, bound) => value > bound, "of this many characters at most:"],
];
const BOUNDS_OF_LISTS: Bound[] = [
  ["minItems", (value, bound) => value < bound, "of this many items at least:"],
  ["maxItems", (value, bound) => value > bound, "of this many items at most:"],
];

const bounds = (schema: Fields, value: number, several: Bound[]) =>
  several.flatMap(([keyword, breaks, says]) => {
    const bound = schema[keyword];
    return typeof bound === "number" && breaks(value, bound) ? [`It must be ${says} ${bound}.`] : [];
  });

const TRIED_CHARACTERS = 2_000;

function patternProblem({ pattern }: Fields, value: string): string[] {
  if (typeof pattern !== "string" || value.length > TRIED_CHARACTERS) {
    return [];
  }
  try {
    return new RegExp(pattern, "u").test(value) ? [] : [`It does not look like ${pattern}.`];
  } catch {
    return []; // a pattern of another language: the server knows
  }
}

function itemProblems(schema: Fields, value: unknown[], path: string, within: Within): Problem[] {
  const first: unknown[] = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  return value.flatMap((item, at) => within(at < first.length ? first[at] : schema.items, item, `${path}/${at}`));
}

function propertyProblems(schema: Fields, value: Fields, path: string, within: Within): Problem[] {
  const known = isFields(schema.properties) ? schema.properties : {};
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const missing = required.filter((name): name is string => typeof name === "string" && !(name in value));
  const others = isFields(schema.patternProperties) ? undefined : schema.additionalProperties;
  return [
    ...missing.map((name) => ({ path: pointer(path, name), message: "It is missing." })),
    ...Object.entries(value).flatMap(([name, part]) => {
      const at = pointer(path, name);
      if (Object.hasOwn(known, name)) {
        return within(known[name], part, at);
      }
      return others === false ? [{ path: at, message: "There is no such argument." }] : within(others, part, at);
    }),
  ];
}

function combined(schema: Fields, value: unknown, path: string, within: Within): Problem[] {
  const every = Array.isArray(schema.allOf) ? schema.allOf.flatMap((one) => within(one, value, path)) : [];
  const any = [schema.anyOf, schema.oneOf].filter(Array.isArray).flatMap((choices: unknown[]) => {
    const tried = choices.map((one) => within(one, value, path));
    // Nearest is one that the value is of the kind of: what is wrong with that one lies deeper in it.
    const nearest = tried.toSorted((one, other) => farness(one, path) - farness(other, path))[0] ?? [];
    return tried.some((found) => found.length === 0) ? [] : nearest;
  });
  return [...every, ...any];
}

const ANOTHER_KIND = 1_000;
const farness = (found: Problem[], path: string) =>
  found.length + (found.some((one) => one.path === path) ? ANOTHER_KIND : 0);

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
