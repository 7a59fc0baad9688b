import type { VersionOut } from "../../api/generated/types.gen";
import { bytes, count, milliseconds } from "../../ui/format";
import styles from "./Authority.module.css";
import { type Change, type LimitChange, changedLimits, compare, effectsOf, sentences } from "./authorityChanges";

export const EFFECTS: Record<string, string> = {
  read: "It says that it only reads.",
  idempotent: "It says that calling it again with the same arguments adds no effect.",
  destructive: "It says that it may change or delete things for good.",
};

const MARKS = { added: "New", removed: "Gone", kept: "" } as const;

/** What may be done, a sentence each, with what is new and what is gone marked so. */
export function Sentences({ items }: { items: Change<string>[] }) {
  return (
    <ul className={styles.list}>
      {items.map(({ mark, item }) => (
        <li key={`${mark}${item}`} data-mark={mark}>
          <span className={styles.mark}>{MARKS[mark]}</span>
          <span>{mark === "removed" ? <del>{item}</del> : item}</span>
        </li>
      ))}
    </ul>
  );
}

type AuthorityProps = { version: VersionOut; baseline?: VersionOut };

/** The power a version asks for, in plain words, beside that of the version it would follow. */
export function Authority({ version, baseline }: AuthorityProps) {
  const changes = compare(sentences(baseline), sentences(version));
  const shown = baseline ? changes : changes.map((change) => ({ ...change, mark: "kept" as const }));
  const effects = effectsOf(version);
  const before = effectsOf(baseline);
  return (
    <>
      {changes.length === 0 && <p className={styles.nothing}>It may reach nothing outside the sandbox.</p>}
      <ul className={styles.list}>
        {shown.map(({ mark, item }) => (
          <li key={`${mark}${item}`} data-mark={mark}>
            <span className={styles.mark}>{MARKS[mark]}</span>
            <span>{mark === "removed" ? <del>{item}</del> : item}</span>
          </li>
        ))}
        {effects && (
          <li data-mark={baseline && before !== effects ? "added" : "kept"}>
            <span className={styles.mark}>{baseline && before !== effects ? "New" : ""}</span>
            <span>{EFFECTS[effects] ?? effects}</span>
          </li>
        )}
      </ul>
      {version.shares.length > 0 && (
        <>
          <p className={styles.same}>What it shares with tools that are live:</p>
          <ul className={styles.list}>
            {version.shares.map(({ says }) => (
              <li key={says} data-mark="kept">
                <span className={styles.mark}>Shared</span>
                <span>{says}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <Limits changes={changedLimits(baseline, version)} isCompared={baseline !== undefined} />
    </>
  );
}

function amount(name: string, value: number): string {
  if (name.endsWith("_bytes")) {
    return bytes(value);
  }
  return name.endsWith("_ms") ? milliseconds(value) : count(value);
}

const NAMES: Record<string, string> = {
  fuel: "Fuel",
  memory_bytes: "Memory",
  wall_ms: "Time",
  argument_bytes: "Arguments",
  result_bytes: "Result",
  log_bytes: "Log",
  host_calls: "Host calls",
  response_bytes: "Each reply",
};

function Limits({ changes, isCompared }: { changes: LimitChange[]; isCompared: boolean }) {
  if (changes.length === 0) {
    return isCompared ? <p className={styles.same}>Its limits are those of the version before.</p> : null;
  }
  return (
    <dl className={styles.limits}>
      {changes.map(({ name, before, after }) => (
        <div key={name}>
          <dt>{NAMES[name] ?? name}</dt>
          <dd className="num">
            {before !== undefined && (
              <>
                <del>{amount(name, before)}</del>{" "}
              </>
            )}
            {amount(name, after)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
