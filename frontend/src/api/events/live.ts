import { queryOptions } from "@tanstack/react-query";

/** One entry of a report, as it is told while the gates run. */
export type GateEntry = { gate: string; passed: boolean; wall_ms?: number };

/** What has been told about a version that is under way. It is gone once the version has moved on. */
export type Live = { gates: GateEntry[]; round?: number; phase?: string; written?: string };

const NOTHING: Live = { gates: [] };

export const liveKey = (tenant: string, tool: string, version: number) =>
  [tenant, "live", tool, version] as const;

/** Filled by events.ts only. */
export const liveQuery = (tenant: string, tool: string, version: number) =>
  queryOptions({
    queryKey: liveKey(tenant, tool, version),
    queryFn: () => NOTHING,
    initialData: NOTHING,
    staleTime: Number.POSITIVE_INFINITY,
  });

type Told = Record<string, unknown>;

export function withGate(live: Live, told: Told): Live {
  const { gate, passed, wall_ms: wallMs } = told;
  if (typeof gate !== "string") {
    return live;
  }
  const entry = { gate, passed: passed === true, wall_ms: typeof wallMs === "number" ? wallMs : undefined };
  // A gate that runs again (a new round of generation) takes the place of its last result.
  return { ...live, gates: [...live.gates.filter((each) => each.gate !== gate), entry] };
}

export function withGeneration(live: Live, told: Told): Live {
  const round = typeof told.round === "number" ? told.round : live.round;
  const phase = typeof told.phase === "string" ? told.phase : live.phase;
  const isNewText = phase === "writing" && (live.phase !== "writing" || round !== live.round);
  const added = typeof told.added === "string" ? told.added : "";
  const written = (isNewText ? "" : (live.written ?? "")) + added;
  return {
    gates: phase === "checking" && live.phase !== "checking" ? [] : live.gates,
    round,
    phase,
    written,
  };
}
