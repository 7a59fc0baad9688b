import type { VersionOut } from "../../api/generated/types.gen";
import { Panel } from "../../ui/Page";
import { StatedDeed } from "./StatedDeed";
import { type Stated, type StatedCase, statedCases } from "./statedCases";
import styles from "./StatedDeeds.module.css";

const SHOWN = 8;

/** What comes of each example and hold-out, and what it does to the world, beside the version it would follow. */
export function StatedDeeds({ version, baseline }: { version: VersionOut; baseline: VersionOut | undefined }) {
  const cases = statedCases(version, baseline);
  if (cases.length === 0) {
    return null;
  }
  const isProven = version.state !== "rejected";
  const numbers = { now: version.number, before: baseline?.number };
  const more = cases.slice(SHOWN);
  return (
    <Panel title="What it does" aside={isProven ? "as its gates saw it done" : "as its cases state it"} flush>
      {cases.slice(0, SHOWN).map((one) => (
        <Case key={one.id} one={one} {...numbers} />
      ))}
      {more.length > 0 && (
        <details className={styles.more}>
          <summary>{more.length} more cases</summary>
          {more.map((one) => (
            <Case key={one.id} one={one} {...numbers} />
          ))}
        </details>
      )}
    </Panel>
  );
}

function Case({ one, now, before }: { one: StatedCase; now: number; before: number | undefined }) {
  const isSame = JSON.stringify(one.before) === JSON.stringify(one.stated);
  const isCompared = before !== undefined && one.before !== null && !isSame;
  const saysNothing = one.stated === undefined && !isCompared;
  return (
    <article className={styles.case} aria-label={one.title}>
      <h3 className={styles.title}>
        {one.title} {one.kind === "holdouts" && <span className={styles.kindOf}>hold-out</span>}
      </h3>
      {one.meanwhile.length > 0 && <p className={styles.said}>Before it: {one.meanwhile.join("; ")}</p>}
      {one.given && <p className={styles.said}>Called with {one.given}</p>}
      <p className={styles.said}>
        It {one.outcome}
        {before !== undefined && one.before === null && `; v${before} has no such case`}
        {before !== undefined && isSame && one.stated !== undefined && `; it does as v${before} does`}
      </p>
      {!saysNothing && (
        <div className={isCompared ? styles.sides : undefined}>
          {isCompared && <Side name={`v${before}`} stated={one.before ?? undefined} />}
          <Side name={isCompared ? `v${now}` : undefined} stated={one.stated} />
        </div>
      )}
    </article>
  );
}

function Side({ name, stated }: { name: string | undefined; stated: Stated | undefined }) {
  return (
    <div className={styles.side}>
      {name && <p className={styles.version}>{name}</p>}
      {stated?.isRecorded && (
        <p className={styles.recorded}>Recorded from a run: nobody has said yet that it is right.</p>
      )}
      {stated === undefined && <p className={styles.said}>It does not say what is done.</p>}
      {stated?.deeds.length === 0 && <p className={styles.said}>Nothing is done.</p>}
      {stated?.deeds.map(({ id, capability, deed }) => (
        <StatedDeed key={id} capability={capability} deed={deed} />
      ))}
      {stated?.isOpen && <p className={styles.said}>More may be done than this.</p>}
    </div>
  );
}
