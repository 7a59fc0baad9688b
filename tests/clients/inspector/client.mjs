// MCP Inspector's command line: a process for each step. It prints results as JSON, errors of tools included.
import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main, textOf } from "../steps.mjs";

await main(import.meta.url, ["@modelcontextprotocol/inspector"], async (url, key, era) => {
  // It keeps tokens in its home.
  const env = { ...process.env, HOME: mkdtempSync(join(tmpdir(), "inspector-")) };
  const common = ["--cli", "--server-url", url, "--transport", "http", "--protocol-era", era, "--format", "json", "-q"];
  const program = join(import.meta.dirname, "../node_modules/.bin/mcp-inspector");
  const inspect = (...given) =>
    new Promise((done, refuse) => {
      const header = ["--header", `Authorization: Bearer ${key}`];
      execFile(program, [...common, ...header, ...given], { env, maxBuffer: 1 << 26 }, (error, out, complaints) => {
        try {
          const said = JSON.parse(out);
          done(said.result ?? said);
        } catch {
          refuse(new Error(`${error?.message ?? ""} ${out} ${complaints}`));
        }
      });
    });
  return {
    reports: 0,
    async list() {
      return (await inspect("--method", "tools/list")).tools.map((tool) => tool.name);
    },
    async call(name, given) {
      const said = Object.entries(given).flatMap(([field, value]) => [
        "--tool-arg",
        `${field}=${typeof value === "string" ? value : JSON.stringify(value)}`,
      ]);
      return textOf(await inspect("--method", "tools/call", "--tool-name", name, ...said));
    },
  };
});
