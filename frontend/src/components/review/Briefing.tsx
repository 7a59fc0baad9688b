import type { ReactNode } from "react";
import type { VersionOut } from "../../api/generated/types.gen";
import { Prose } from "../../ui/Prose";
import { Panel } from "../../ui/Page";
import { EFFECTS, Sentences } from "../versions/Authority";
import { compare, effectsOf, sentences } from "../versions/authorityChanges";
import { type Line, believed, changed } from "./answers";
import styles from "./Briefing.module.css";

type BriefingProps = { version: VersionOut; baseline: VersionOut | undefined; serving: VersionOut | undefined };

/** What an approver has to know first, as three questions and their answers; all of it follows below. */
export function Briefing({ version, baseline, serving }: BriefingProps) {
  const since = version.changes?.since;
  return (
    <Panel title="In short" aside={typeof since === "number" ? `beside v${since}, which is live` : undefined} flush>
      <dl className={styles.answers}>
        <Answer question="What may it do?">
          <MayDo version={version} baseline={baseline} />
        </Answer>
        <Answer question="Why is it believed to work?">
          <Lines lines={believed(version)} />
        </Answer>
        <Answer question="What changed?">
          <Lines lines={changed(version, serving)} />
        </Answer>
      </dl>
    </Panel>
  );
}

function Answer({ question, children }: { question: string; children: ReactNode }) {
  return (
    <div className={styles.answer}>
      <dt>{question}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const LINES_MAX = 5;

function Lines({ lines }: { lines: Line[] }) {
  const more = lines.length - LINES_MAX;
  return (
    <ul className={styles.lines}>
      {lines.slice(0, LINES_MAX).map((line) => (
        <li key={line.say} data-tone={line.tone}>
          {line.tag && <span className={styles.tag}>{line.tag}</span>}
          <Prose text={line.say} />
        </li>
      ))}
      {more > 0 && (
        <li>
          <details>
            <summary className={styles.more}>{more} more</summary>
            <Lines lines={lines.slice(LINES_MAX)} />
          </details>
        </li>
      )}
    </ul>
  );
}

/** The heaviest of it: its effects, and what is new before what was there; the panel below has it whole. */
function MayDo({ version, baseline }: { version: VersionOut; baseline: VersionOut | undefined }) {
  const effects = effectsOf(version) ?? "";
  const may = compare(sentences(baseline), sentences(version)).filter(({ mark }) => mark !== "removed");
  const shown = may.slice(0, LINES_MAX - 1);
  const more = may.length - shown.length;
  return (
    <>
      <p className={styles.effects} data-effects={effects}>
        {EFFECTS[effects] ?? effects}
      </p>
      <div className={styles.sentences}>
        <Sentences items={baseline ? shown : shown.map(({ item }) => ({ mark: "kept", item }))} />
      </div>
      {more > 0 && (
        <a className={styles.more} href="#authority">
          and {more} more
        </a>
      )}
    </>
  );
}
