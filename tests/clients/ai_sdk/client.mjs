// The AI SDK: tools with their schemas, and what a model is given of a result.
import { createMCPClient } from "@ai-sdk/mcp";
import { asSchema } from "ai";
import { main, textOf } from "../steps.mjs";

await main(import.meta.url, ["@ai-sdk/mcp", "ai"], async (url, key) => {
  const headers = { Authorization: `Bearer ${key}` };
  const client = await createMCPClient({ transport: { type: "http", url, headers } });
  const tools = await client.tools();
  return {
    reports: 0,
    list: async () => Object.keys(tools),
    async convert() {
      const made = [];
      for (const [name, tool] of Object.entries(tools)) if (await asSchema(tool.inputSchema).jsonSchema) made.push(name);
      return made;
    },
    async call(name, given) {
      const output = await tools[name].execute(given, { toolCallId: "1", messages: [] });
      const shown = tools[name].toModelOutput?.({ toolCallId: "1", input: given, output });
      return shown === undefined ? textOf(output) : JSON.stringify(shown.value);
    },
    close: () => client.close(),
  };
});
