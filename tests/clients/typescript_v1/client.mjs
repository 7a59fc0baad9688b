// The TypeScript SDK's first client.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { main, textOf } from "../steps.mjs";

await main(import.meta.url, ["@modelcontextprotocol/sdk"], async (url, key) => {
  const client = new Client({ name: "typescript-v1", version: "1" });
  const headers = { Authorization: `Bearer ${key}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return {
    reports: 0,
    async list() {
      return (await client.listTools()).tools.map((tool) => tool.name);
    },
    async call(name, given) {
      const onprogress = () => (this.reports += 1);
      return textOf(await client.callTool({ name, arguments: given }, undefined, { onprogress }));
    },
    close: () => client.close(),
  };
});
