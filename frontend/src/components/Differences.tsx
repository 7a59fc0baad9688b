import { sentence } from "../ui/format";
import { Diff } from "./Code";
import styles from "./Differences.module.css";

type Difference = Record<string, unknown>;

const text = (value: unknown) =>
  typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "null");

/** What came out otherwise than was recorded, side by side. */
export function Differences({ differences, now }: { differences: Difference[]; now: string }) {
  return differences.map((difference) => (
    <section key={String(difference.what)} className={styles.difference}>
      <h3 className={styles.head}>{sentence(String(difference.what))}</h3>
      <Diff
        before={text(difference.recorded)}
        after={text(difference.replayed ?? difference.candidate)}
        language="json"
        beforeLabel="recorded"
        afterLabel={now}
      />
    </section>
  ));
}
