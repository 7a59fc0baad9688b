import type { ToolOut } from "../../api/generated/types.gen";

type Arguments = Record<string, unknown>;

const isObject = (value: unknown): value is Arguments =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The arguments of the spec's first example: something that works. */
export function firstExample(tool: ToolOut): Arguments {
  const examples = tool.spec.examples;
  const first: unknown = Array.isArray(examples) ? examples[0] : undefined;
  return isObject(first) && isObject(first.arguments) ? first.arguments : {};
}
