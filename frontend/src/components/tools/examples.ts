import { type Fields, isFields } from "../../api/fields.ts";
import type { ToolOut } from "../../api/generated/types.gen";

/** The arguments of the spec's first example: something that works. */
export function firstExample(tool: ToolOut): Fields {
  const examples = tool.spec.examples;
  const first: unknown = Array.isArray(examples) ? examples[0] : undefined;
  const call: unknown = isFields(first) && Array.isArray(first.calls) ? first.calls[0] : first;
  return isFields(call) && isFields(call.arguments) ? call.arguments : {};
}
