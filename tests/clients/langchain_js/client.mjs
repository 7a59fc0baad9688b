// LangChain.js: its structured tools, and the form that OpenAI's models are given.
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import { MultiServerMCPClient } from "@langchain/mcp-adapters";
import { main } from "../steps.mjs";

await main(import.meta.url, ["@langchain/mcp-adapters", "@langchain/core"], async (url, key) => {
  const headers = { Authorization: `Bearer ${key}` };
  const client = new MultiServerMCPClient({ mcpServers: { sealwright: { transport: "http", url, headers } } });
  const tools = await client.getTools();
  return {
    reports: 0,
    list: async () => tools.map((tool) => tool.name),
    convert: async () => tools.map((tool) => convertToOpenAITool(tool).function.name),
    async call(name, given) {
      const said = await tools.find((tool) => tool.name === name).invoke(given);
      return typeof said === "string" ? said : JSON.stringify(said);
    },
    close: () => client.close(),
  };
});
