import type { VersionOut } from "../../api/generated/types.gen";
import { Panel } from "../../ui/Page";
import { StatedDeed } from "./StatedDeed";
import { type Stated, type StatedCase, statedCases } from "./statedCases";
import styles from "./StatedDeeds.module.css";

/** What each example does to the world, as an approver would see it there, beside the version it would follow. */
export function StatedDeeds({ version, baseline }: { version: VersionOut; baseline: VersionOut | undefined }) {
  const cases = statedCases(version, baseline);
  if (cases.length === 0) {
    return null;
  }
  const isProven = version.state !== "rejected";
  return (
    <Panel title="What it does" aside={isProven ? "as its gates saw it done" : "as its examples state it"} flush>
      {cases.map((one) => (
        <Case key={one.id} one={one} now={version.number} before={baseline?.number} />
      ))}
    </Panel>
  );
}

function Case({ one, now, before }: { one: StatedCase; now: number; before: number | undefined }) {
  const isSame = JSON.stringify(one.before) === JSON.stringify(one.stated);
  const isCompared = before !== undefined && one.before !== null && !isSame;
  return (
    <article className={styles.case} aria-label={one.title}>
      <h3 className={styles.title}>{one.title}</h3>
      {one.meanwhile.length > 0 && <p className={styles.said}>Before it: {one.meanwhile.join("; ")}</p>}
      <p className={styles.said}>
        It {one.outcome}
        {before !== undefined && one.before === null && `; v${before} has no such example`}
        {before !== undefined && isSame && `; it does as v${before} does`}
      </p>
      <div className={isCompared ? styles.sides : undefined}>
        {isCompared && <Side name={`v${before}`} stated={one.before ?? undefined} />}
        <Side name={isCompared ? `v${now}` : undefined} stated={one.stated} />
      </div>
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
