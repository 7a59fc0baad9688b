import { type Fields, isFields } from "../../api/fields.ts";

/** What a field of a form is, read from a JSON Schema; what no field fits is edited as JSON. */
export type Shape =
  | { kind: "text"; isLong: boolean }
  | { kind: "date" | "moment" | "time" | "bytes" | "number" | "flag" | "null" | "json" }
  | { kind: "choice"; choices: unknown[] }
  | { kind: "list"; items: unknown; least: number; most: number }
  | { kind: "fields"; properties: Property[]; others: unknown }
  | { kind: "union"; branches: Branch[] };
export type Property = { name: string; schema: unknown; isRequired: boolean };
export type Branch = { label: string; schema: unknown };

const LINE_CHARACTERS = 200;
const REFS_MAX = 20;

/** A schema with its reference followed and its `allOf` laid together: one object to look at. */
export function wholeOf(schema: unknown, root: unknown, depth = 0): Fields {
  if (!isFields(schema) || depth > REFS_MAX) {
    return {};
  }
  const { $ref, allOf, ...own } = schema;
  const parts = [
    ...(typeof $ref === "string" ? [followed($ref, root)] : []),
    ...(Array.isArray(allOf) ? allOf : []),
  ].map((part) => wholeOf(part, root, depth + 1));
  return [...parts, own].reduce(laidTogether, {});
}

function laidTogether(one: Fields, other: Fields): Fields {
  const properties =
    isFields(one.properties) && isFields(other.properties) ? { ...one.properties, ...other.properties } : undefined;
  const required =
    Array.isArray(one.required) && Array.isArray(other.required) ? [...one.required, ...other.required] : undefined;
  return { ...one, ...other, ...(properties && { properties }), ...(required && { required }) };
}

/** What `#/a/b` leads to within the root; nothing is fetched. */
export function followed(ref: string, root: unknown): unknown {
  let found: unknown = ref.startsWith("#") ? root : undefined;
  for (const part of ref.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    found = isFields(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return found;
}

export const describedBy = (schema: unknown, root: unknown): string | undefined => {
  const { description } = wholeOf(schema, root);
  return typeof description === "string" ? description : undefined;
};

export function shapeOf(given: unknown, root: unknown): Shape {
  const schema = wholeOf(given, root);
  if ("const" in schema) {
    return { kind: "choice", choices: [schema.const] };
  }
  if (Array.isArray(schema.enum)) {
    return { kind: "choice", choices: schema.enum };
  }
  const branches = branchesOf(schema, root);
  if (branches.length > 1) {
    return { kind: "union", branches };
  }
  return typedShape(schema);
}

/** `anyOf`, `oneOf` and lists of types are choices; branches that only say what is required are none. */
function branchesOf(schema: Fields, root: unknown): Branch[] {
  const { anyOf, oneOf, ...rest } = schema;
  const given = [anyOf, oneOf].find((several) => Array.isArray(several)) as unknown[] | undefined;
  if (given?.every((one) => hasAForm(wholeOf(one, root)))) {
    return given.map((one, at) => {
      const branch = laidTogether(rest, wholeOf(one, root));
      return { label: labelOf(branch, at), schema: branch };
    });
  }
  return Array.isArray(schema.type)
    ? schema.type.map((type, at) => ({ label: labelOf({ type }, at), schema: { ...schema, type: type as unknown } }))
    : [];
}

const hasAForm = (schema: Fields) => ["type", "enum", "const", "properties"].some((keyword) => keyword in schema);

function labelOf(schema: Fields, at: number): string {
  if (typeof schema.title === "string") {
    return schema.title;
  }
  const constant = isFields(schema.properties) ? Object.entries(schema.properties).find(isConstant) : undefined;
  if (constant) {
    return `${constant[0]}: ${String((constant[1] as Fields).const)}`;
  }
  if (isFields(schema.properties) && Object.keys(schema.properties).length > 0) {
    return `with ${Object.keys(schema.properties).slice(0, 3).join(", ")}`;
  }
  return typeof schema.type === "string" ? (WORDS[schema.type] ?? schema.type) : `choice ${at + 1}`;
}

const isConstant = ([, property]: [string, unknown]) => isFields(property) && typeof property.const === "string";
const WORDS: Record<string, string> = { null: "nothing", string: "text", integer: "whole number", boolean: "yes or no" };

function typedShape(schema: Fields): Shape {
  switch (schema.type) {
    case "string":
      return textShape(schema);
    case "integer":
    case "number":
      return { kind: "number" };
    case "boolean":
      return { kind: "flag" };
    case "null":
      return { kind: "null" };
    case "array":
      // What begins with items of their own each has no row that fits them all.
      return Array.isArray(schema.prefixItems) || !isFields(schema.items)
        ? { kind: "json" }
        : { kind: "list", items: schema.items, least: wholeNumber(schema.minItems, 0), most: wholeNumber(schema.maxItems, Infinity) };
    default:
      return objectShape(schema);
  }
}

const wholeNumber = (given: unknown, otherwise: number) => (typeof given === "number" ? given : otherwise);

function textShape(schema: Fields): Shape {
  const named: Record<string, Shape["kind"]> = { date: "date", "date-time": "moment", time: "time", byte: "bytes", binary: "bytes" };
  const format = typeof schema.format === "string" ? named[schema.format] : undefined;
  if (schema.contentEncoding === "base64") {
    return { kind: "bytes" };
  }
  if (format === "date" || format === "moment" || format === "time" || format === "bytes") {
    return { kind: format };
  }
  return { kind: "text", isLong: wholeNumber(schema.maxLength, Infinity) > LINE_CHARACTERS };
}

function objectShape(schema: Fields): Shape {
  const named = isFields(schema.properties) ? schema.properties : {};
  const others = isFields(schema.patternProperties)
    ? Object.values(schema.patternProperties)[0]
    : schema.additionalProperties;
  const isOpen = isFields(others);
  if (schema.type !== "object" && Object.keys(named).length === 0) {
    return { kind: "json" };
  }
  if (Object.keys(named).length === 0 && others !== false && !isOpen) {
    return { kind: "json" }; // any object: there is nothing to make a field of
  }
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const properties = Object.entries(named).map(([name, property]) => ({
    name,
    schema: property,
    isRequired: required.includes(name),
  }));
  return { kind: "fields", properties, others: isOpen ? others : undefined };
}

/** What a part begins with when it is added: as little as its schema lets stand. */
export function emptyOf(given: unknown, root: unknown, depth = 0): unknown {
  const schema = wholeOf(given, root);
  if ("default" in schema) {
    return schema.default;
  }
  const shape = depth > REFS_MAX ? { kind: "json" as const } : shapeOf(given, root);
  switch (shape.kind) {
    case "fields":
      return Object.fromEntries(
        shape.properties
          .filter(({ isRequired }) => isRequired)
          .map((property) => [property.name, emptyOf(property.schema, root, depth + 1)]),
      );
    case "list":
      return Array.from({ length: Math.min(shape.least, 10) }, () => emptyOf(shape.items, root, depth + 1));
    case "choice":
      return shape.choices[0];
    case "union":
      return emptyOf(shape.branches[0]?.schema, root, depth + 1);
    case "number":
      return wholeNumber(schema.minimum, 0);
    case "flag":
      return false;
    case "null":
      return null;
    case "json":
      return schema.type === "array" ? [] : {};
    default:
      return "";
  }
}
