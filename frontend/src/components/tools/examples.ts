import { type Fields, isFields } from "../../api/fields.ts";
import type { ToolOut } from "../../api/generated/types.gen";

/** The arguments of the spec's first example: something that works. */
export function firstExample(tool: ToolOut): Fields {
  const examples = tool.spec.examples;
  const first: unknown = Array.isArray(examples) ? examples[0] : undefined;
  return isFields(first) && isFields(first.arguments) ? first.arguments : {};
}
