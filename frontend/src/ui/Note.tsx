import type { ReactNode } from "react";
import { ApiError } from "../api/problems";
import { Prose } from "./Prose";
import { Icon } from "./marks/icons";
import styles from "./Note.module.css";

type Tone = "bad" | "warn" | "busy" | "good";

const ICONS = { bad: "warn", warn: "warn", busy: "clock", good: "check" } as const;

export function Note({ tone, title, children }: { tone: Tone; title: ReactNode; children?: ReactNode }) {
  return (
    <div className={styles.note} data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      <Icon name={ICONS[tone]} />
      <div>
        <div className={styles.title}>{title}</div>
        {children && <div className={styles.body}>{children}</div>}
      </div>
    </div>
  );
}

/** A problem document as a person reads it: what, where, what to do next. */
export function ProblemNote({ error }: { error: unknown }) {
  if (!error) {
    return null;
  }
  if (!(error instanceof ApiError)) {
    return (
      <Note
        tone="bad"
        title={error instanceof Error ? error.message : "Something went wrong in this page."}
      />
    );
  }
  return (
    <Note tone="bad" title={error.message}>
      {error.hint && (
        <p>
          <Prose text={error.hint} />
        </p>
      )}
      {error.problems.length > 0 && (
        <ul className={styles.problems}>
          {error.problems.map((problem) => (
            <li key={`${problem.path}${problem.message}`}>
              <code>{problem.path || "/"}</code> {problem.message} {problem.hint}
            </li>
          ))}
        </ul>
      )}
      {error.status >= 500 && error.requestId && (
        <p>
          Request <code>{error.requestId}</code>
        </p>
      )}
    </Note>
  );
}
