import type { RunListed, VersionSummary } from "../api/generated/types.gen";
import { words } from "../ui/format";
import styles from "./Badges.module.css";

type Tone = "good" | "bad" | "warn" | "busy" | "quiet";

const STATES: Record<VersionSummary["state"], Tone> = {
  draft: "quiet",
  generating: "busy",
  checking: "busy",
  rejected: "bad",
  awaiting_approval: "warn",
  live: "good",
  retired: "quiet",
};

const OUTCOMES: Record<NonNullable<RunListed["outcome"]>, Tone> = {
  returned: "good",
  failed: "bad",
  refused: "warn",
  exhausted: "warn",
  trapped: "bad",
  cancelled: "quiet",
};

function Badge({ tone, moving = false, children }: { tone: Tone; moving?: boolean; children: string }) {
  return (
    <span className={styles.badge} data-tone={tone} data-moving={moving}>
      {children}
    </span>
  );
}

/** `percent`: the share of the calls that it serves while it is a canary. */
export function StateBadge({ state, percent }: { state: VersionSummary["state"]; percent?: number }) {
  if (state === "live" && percent !== undefined) {
    return <Badge tone="warn">{`canary, ${percent} %`}</Badge>;
  }
  return (
    <Badge tone={STATES[state]} moving={STATES[state] === "busy"}>
      {words(state)}
    </Badge>
  );
}

/** How a run ended, or where it stands. */
export function RunBadge({ run }: { run: Pick<RunListed, "status" | "outcome"> }) {
  if (run.outcome) {
    return <Badge tone={OUTCOMES[run.outcome]}>{run.outcome}</Badge>;
  }
  return (
    <Badge tone="busy" moving={run.status === "running"}>
      {run.status}
    </Badge>
  );
}

const isOutcome = (name: string): name is keyof typeof OUTCOMES => Object.hasOwn(OUTCOMES, name);

/** The outcomes of the latest runs as ticks, oldest first: one look tells whether a tool is well. */
export function RunTicks({ latest }: { latest: string[] }) {
  // A run that is older than another stays so: its place from the end is its name.
  const shown = latest.map((outcome, at) => ({ outcome, key: at })).toReversed();
  const failed = latest.filter((outcome) => outcome !== "returned").length;
  const summary = `${latest.length} recent runs, ${failed === 0 ? "all returned" : `${failed} did not return`}`;
  return (
    <span className={styles.ticks} role="img" aria-label={summary} title={summary}>
      {shown.map(({ outcome, key }) => (
        <span key={key} data-tone={isOutcome(outcome) ? OUTCOMES[outcome] : "busy"} />
      ))}
    </span>
  );
}
