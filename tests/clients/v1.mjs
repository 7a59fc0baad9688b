// The TypeScript SDK's first client, headless: `node v1.mjs URL KEY STEPS`, STEPS a JSON list of what to do in turn.
// {"list": true}, or {"call": NAME, "arguments": {}, "abort_ms": N, "timeout_ms": N, "progress": true}. Prints what came.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [url, key, steps] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${key}` };
const client = new Client({ name: "v1", version: "1" });
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));

async function take(step) {
  if (step.list) return (await client.listTools()).tools;
  const options = {};
  const reports = [];
  if (step.abort_ms) options.signal = AbortSignal.timeout(step.abort_ms);
  if (step.timeout_ms) Object.assign(options, { timeout: step.timeout_ms, resetTimeoutOnProgress: true });
  if (step.progress) options.onprogress = (report) => reports.push(report.progress);
  const called = await client.callTool({ name: step.call, arguments: step.arguments ?? {} }, undefined, options);
  return step.progress ? { ...called, reports } : called;
}

const came = [];
for (const step of JSON.parse(steps)) {
  try {
    came.push(await take(step));
  } catch (error) {
    came.push({ thrown: String(error), code: error.code ?? null });
    // It tells the server by a request of its own, which closing would cut off.
    await new Promise((done) => setTimeout(done, 500));
  }
}
console.log(JSON.stringify(came));
await client.close();
