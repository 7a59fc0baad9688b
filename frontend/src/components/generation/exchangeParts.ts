/** One thing said in an exchange with the model, as text. */
export type Said = { key: string; who: string; text: string };

type Block = Record<string, unknown>;

const isBlock = (value: unknown): value is Block => typeof value === "object" && value !== null;

const asText = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");

/** The arguments of a call: code as code, the rest as JSON. */
function argumentsOf(input: unknown): string {
  if (isBlock(input) && typeof input.source === "string") {
    const { source, ...rest } = input;
    return Object.keys(rest).length === 0 ? String(source) : `${asText(rest)}\n\n${source}`;
  }
  return asText(input);
}

function ofBlock(block: Block, isModel: boolean, key: string): Said {
  switch (block.type) {
    case "tool_use":
      return { key, who: `The model called ${asText(block.name)}`, text: argumentsOf(block.input) };
    case "tool_result":
      return { key, who: "The answer to its call", text: asText(block.content) };
    case "thinking":
      return { key, who: "The model thought", text: asText(block.thinking) };
    case "text":
      return { key, who: isModel ? "The model said" : "We said", text: asText(block.text) };
    default:
      return { key, who: isModel ? "The model" : "We said", text: asText(block) };
  }
}

/** What a message of the Messages API says, part by part. */
export function saidIn(message: unknown, key: string): Said[] {
  if (!isBlock(message)) {
    return [];
  }
  const isModel = message.role === "assistant";
  const { content } = message;
  const blocks = Array.isArray(content) ? content : [{ type: "text", text: content }];
  return blocks.filter(isBlock).map((block, at) => ofBlock(block, isModel, `${key} ${at}`));
}
