// The TypeScript SDK's second client, in the era that it is told.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { main, textOf } from "../steps.mjs";

await main(import.meta.url, ["@modelcontextprotocol/client"], async (url, key, era) => {
  const client = new Client({ name: "typescript-v2", version: "1" }, { versionNegotiation: { mode: era } });
  const headers = { Authorization: `Bearer ${key}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return {
    reports: 0,
    async list() {
      return (await client.listTools()).tools.map((tool) => tool.name);
    },
    async call(name, given) {
      const onprogress = () => (this.reports += 1);
      return textOf(await client.callTool({ name, arguments: given }, { onprogress }));
    },
    close: () => client.close(),
  };
});
