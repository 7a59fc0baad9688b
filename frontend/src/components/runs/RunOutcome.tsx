import { Progress } from "@mantine/core";
import type { RunDetail } from "../../api/generated/types.gen";
import { Note } from "../../ui/Note";
import { count } from "../../ui/format";
import styles from "./RunOutcome.module.css";

const HEADS: Partial<Record<NonNullable<RunDetail["outcome"]>, string>> = {
  failed: "The tool raised an error",
  refused: "The call was refused",
  exhausted: "A limit ran out",
  trapped: "The instance died",
};

const TITLE_CHARACTERS = 400;

/** What went wrong, in the tool's own words, with what to do about it. */
export function RunError({ run }: { run: RunDetail }) {
  if (!run.error || !run.outcome) {
    return null;
  }
  const { code, message, hint } = run.error;
  const isMild = run.outcome === "refused" || run.outcome === "exhausted" || run.outcome === "cancelled";
  const traceback = tracebackOf(run.error.details);
  const isLong = message.length > TITLE_CHARACTERS;
  return (
    <Note tone={isMild ? "warn" : "bad"} title={`${HEADS[run.outcome] ?? "It stopped"}: ${isLong ? `${message.slice(0, TITLE_CHARACTERS)}…` : message}`}>
      <p>
        <code>{code}</code>
        {hint && <> {hint}</>}
      </p>
      {isLong && (
        <details>
          <summary>All {count(message.length)} characters of it</summary>
          <pre className={styles.traceback} tabIndex={0} aria-label="The whole message">
            {message}
          </pre>
        </details>
      )}
      {traceback && (
        <pre className={styles.traceback} tabIndex={0} aria-label="Traceback">
          {traceback}
        </pre>
      )}
    </Note>
  );
}

function tracebackOf(details: unknown): string | null {
  if (typeof details !== "object" || details === null) {
    return null;
  }
  // It stands apart where the tool has details of its own by such a name.
  const apart = "raised" in details ? tracebackOf(details.raised) : null;
  const found = "traceback" in details ? details.traceback : null;
  return apart ?? (typeof found === "string" ? found : null);
}

export function RunProgress({ run }: { run: RunDetail }) {
  const { done, total, message } = run.progress ?? {};
  if (run.status === "finished" || typeof done !== "number" || typeof total !== "number" || total <= 0) {
    return null;
  }
  return (
    <div className={styles.progress} role="status">
      <div className={`${styles.words} num`}>
        {count(done)} of {count(total)}
        {typeof message === "string" && <span>{message}</span>}
      </div>
      <Progress value={(done / total) * 100} size="sm" aria-label="Progress" />
    </div>
  );
}
