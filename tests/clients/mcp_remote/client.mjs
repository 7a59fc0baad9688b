// mcp-remote: a process that speaks JSON-RPC on its pipes, as desktop clients use it, and HTTP with us.
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { main, textOf } from "../steps.mjs";

await main(import.meta.url, ["mcp-remote"], async (url, key) => {
  const home = mkdtempSync(join(tmpdir(), "mcp-remote-"));
  const program = join(import.meta.dirname, "../node_modules/mcp-remote/dist/proxy.js");
  const remote = spawn(process.execPath, [program, url, "--header", `Authorization: Bearer ${key}`], {
    env: { ...process.env, HOME: home, MCP_REMOTE_CONFIG_DIR: home, BROWSER: "true" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const waiting = new Map();
  const client = {
    reports: 0,
    async list() {
      return (await ask("tools/list", {})).tools.map((tool) => tool.name);
    },
    async call(name, given) {
      return textOf(await ask("tools/call", { name, arguments: given, _meta: { progressToken: waiting.size } }));
    },
    close: () => remote.kill(),
  };
  createInterface({ input: remote.stdout }).on("line", (line) => {
    const told = JSON.parse(line);
    if (told.method === "notifications/progress") client.reports += 1;
    const [done, refuse] = waiting.get(told.id) ?? [];
    if (told.error) refuse?.(new Error(JSON.stringify(told.error)));
    else done?.(told.result);
  });
  let count = 0;
  const say = (message) => remote.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const ask = (method, params) =>
    new Promise((done, refuse) => {
      count += 1;
      waiting.set(count, [done, refuse]);
      say({ id: count, method, params });
    });
  const clientInfo = { name: "through mcp-remote", version: "1" };
  await ask("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
  say({ method: "notifications/initialized" });
  return client;
});
