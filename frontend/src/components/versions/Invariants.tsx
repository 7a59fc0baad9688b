import { type Fields, isFields } from "../../api/fields";
import type { VersionOut } from "../../api/generated/types.gen";
import { Panel } from "../../ui/Page";
import { useScrolling } from "../../ui/scrolling/useScrolling";
import styles from "./StatedDeeds.module.css";

/** What holds for every call of a version, and what of that the version before had not, or had besides. */
export function Invariants({ version, baseline }: { version: VersionOut; baseline: VersionOut | undefined }) {
  const now = invariantsOf(version);
  const before = invariantsOf(baseline);
  const gone = before.filter((one) => !has(now, one));
  if (now.length + gone.length === 0) {
    return null;
  }
  return (
    <Panel title="What always holds" aside="tried on every call that the gates make" flush>
      {now.map((one) => (
        <Invariant key={keyOf(one)} one={one} note={baseline && !has(before, one) ? `v${baseline.number} has it not` : ""} />
      ))}
      {gone.map((one) => (
        <Invariant key={keyOf(one)} one={one} note={`v${baseline?.number} has it; this version has it no more`} />
      ))}
    </Panel>
  );
}

function Invariant({ one, note }: { one: Fields; note: string }) {
  const scrolling = useScrolling<HTMLPreElement>("What is held to");
  return (
    <article className={styles.case} aria-label={String(one.say)}>
      <h3 className={styles.title}>{String(one.say)}</h3>
      {note && <p className={styles.recorded}>{note}</p>}
      <pre className={styles.text} {...scrolling}>{String(one.check)}</pre>
    </article>
  );
}

function invariantsOf(version: VersionOut | undefined): Fields[] {
  const always = version?.spec.always;
  return Array.isArray(always) ? always.filter(isFields) : [];
}

const keyOf = (one: Fields) => JSON.stringify([one.say, one.check]);
const has = (several: Fields[], one: Fields) => several.some((other) => keyOf(other) === keyOf(one));
