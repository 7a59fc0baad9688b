import type { RunListed } from "../../api/generated/types.gen.ts";

const COLUMNS: [name: string, of: (run: RunListed) => unknown][] = [
  ["run", (run) => run.id],
  ["tool", (run) => run.tool],
  ["version", (run) => run.version],
  ["status", (run) => run.status],
  ["outcome", (run) => run.outcome],
  ["error_code", (run) => run.error?.code],
  ["error", (run) => run.error?.message],
  ["caller", (run) => run.caller.label],
  ["wall_ms", (run) => run.wall_ms],
  ["fuel", (run) => run.fuel_used],
  ["memory_bytes", (run) => run.memory_bytes_peak],
  ["host_calls", (run) => run.host_calls],
  ["created_at", (run) => run.created_at],
  ["finished_at", (run) => run.finished_at],
];

/** Runs as RFC 4180 has it, a line each below the names. */
export function csvOf(runs: RunListed[]): string {
  const lines = runs.map((run) => COLUMNS.map(([, of]) => cell(of(run))).join(","));
  return [COLUMNS.map(([name]) => name).join(","), ...lines, ""].join("\r\n");
}

/** A text of a stranger's that a spreadsheet would take for a formula is kept from being one. */
function cell(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  const plain = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
