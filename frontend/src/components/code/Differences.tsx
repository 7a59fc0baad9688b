import { sentence, words } from "../../ui/format";
import { Diff } from "./Code";
import styles from "./Differences.module.css";

type Difference = Record<string, unknown>;

// `what` of a difference, as the server names it.
const NAMES: Record<string, string> = { asked: "what it asks of the world", effects: "its effects" };

/** What differs, in words. */
export const nameOf = (difference: Difference) => {
  const what = String(difference.what);
  return NAMES[what] ?? `its ${words(what)}`;
};

const text = (value: unknown) =>
  typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "null");

/** What came out otherwise than was recorded, side by side. */
export function Differences({ differences, now }: { differences: Difference[]; now: string }) {
  return differences.map((difference) => (
    <section key={String(difference.what)} className={styles.difference}>
      <h3 className={styles.head}>{sentence(nameOf(difference))}</h3>
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
