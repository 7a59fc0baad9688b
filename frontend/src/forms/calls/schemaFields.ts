import { isFields } from "../../api/fields.ts";

export type Property = {
  name: string;
  kind: "text" | "number" | "flag" | "choice" | "json";
  description: string | undefined;
  isRequired: boolean;
  choices: string[];
};

function kindOf(schema: Record<string, unknown>): Property["kind"] {
  if (Array.isArray(schema.enum) && schema.enum.every((each) => typeof each === "string")) {
    return "choice";
  }
  switch (schema.type) {
    case "string":
      return "text";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "flag";
    default:
      return "json";
  }
}

/** The properties of an object schema as fields; what is no plain value is a field of JSON. */
export function propertiesOf(schema: unknown): Property[] {
  if (!isFields(schema) || !isFields(schema.properties)) {
    return [];
  }
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).map(([name, property]) => {
    const its = isFields(property) ? property : {};
    return {
      name,
      kind: kindOf(its),
      description: typeof its.description === "string" ? its.description : undefined,
      isRequired: required.includes(name),
      choices: Array.isArray(its.enum) ? its.enum.filter((each) => typeof each === "string") : [],
    };
  });
}
