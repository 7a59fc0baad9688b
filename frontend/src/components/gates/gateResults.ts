import type { FindingOut, VersionOut } from "../../api/generated/types.gen";

export type GateResult = {
  name: string;
  isPassed: boolean;
  wallMs: number | undefined;
  findings: FindingOut[];
};

function reported(version: VersionOut): Pick<GateResult, "name" | "isPassed" | "wallMs">[] {
  const { gates } = version.report;
  if (!Array.isArray(gates)) {
    return [];
  }
  return gates.flatMap((entry: Record<string, unknown>) =>
    typeof entry.gate === "string"
      ? [
          {
            name: entry.gate,
            isPassed: entry.passed === true,
            wallMs: typeof entry.wall_ms === "number" ? entry.wall_ms : undefined,
          },
        ]
      : [],
  );
}

/** The gates that ran, in their order, each with what it found; findings from before the gates (the build) come first. */
export function gatesOf(version: VersionOut): GateResult[] {
  const ran = reported(version);
  const names = new Set(ran.map((gate) => gate.name));
  const others = [...new Set(version.findings.map((finding) => finding.gate))].filter(
    (name) => !names.has(name),
  );
  const withFindings = (gate: Omit<GateResult, "findings">): GateResult => {
    const findings = version.findings.filter((finding) => finding.gate === gate.name);
    return { name: gate.name, isPassed: gate.isPassed, wallMs: gate.wallMs, findings };
  };
  const isPassed = (name: string) =>
    !version.findings.some((each) => each.gate === name && each.severity === "error");
  const early = others.map((name) => ({ name, isPassed: isPassed(name), wallMs: undefined }));
  return [...early, ...ran].map(withFindings);
}

/** How a version stands with its gates, in a few words: what failed, and what the approver is asked. */
export function verdictOf(gates: GateResult[]): string {
  const failed = gates.filter((gate) => !gate.isPassed).length;
  const questions = gates.flatMap((gate) => gate.findings).filter((each) => each.severity === "question").length;
  const asked = questions === 0 ? "" : questions === 1 ? ", 1 question to you" : `, ${questions} questions to you`;
  return `${failed === 0 ? `all ${gates.length} passed` : `${failed} of ${gates.length} failed`}${asked}`;
}
