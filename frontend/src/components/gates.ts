import type { VersionOut } from "../api/generated/types.gen";

export type GateResult = { name: string; isPassed: boolean; warnings: number; elapsedMs: number | undefined };

/** The gates that ran, in their order, from the version's report. */
export function gatesOf(version: VersionOut): GateResult[] {
  const { gates } = version.report;
  if (!Array.isArray(gates)) {
    return [];
  }
  return gates.flatMap((gate: Record<string, unknown>) => {
    const name = gate.gate;
    if (typeof name !== "string") {
      return [];
    }
    const found = version.findings.filter((finding) => finding.gate === name);
    return [
      {
        name,
        isPassed: gate.passed === true,
        warnings: found.filter((finding) => finding.severity === "warning").length,
        elapsedMs: typeof gate.wall_ms === "number" ? gate.wall_ms : undefined,
      },
    ];
  });
}
