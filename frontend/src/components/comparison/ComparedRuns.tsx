import type { EntryOut, RunDetail } from "../../api/generated/types.gen";
import { Panel } from "../../ui/Page";
import { Diff } from "../code/Code";
import { argumentsText, journalText, outcomeText } from "./comparable";
import styles from "./ComparedRuns.module.css";

export type Side = { run: RunDetail; entries: EntryOut[] };
type Texts = (side: Side) => string;

const PARTS: [title: string, texts: Texts, language: "json" | "yaml"][] = [
  ["Arguments", ({ run }) => argumentsText(run), "json"],
  ["What came of it", ({ run }) => outcomeText(run), "json"],
  ["What it asked of the world", ({ entries }) => journalText(entries), "json"],
  ["Log", ({ run }) => run.log, "yaml"],
];

/** Two runs beside each other: what differs of each part, and a word where nothing does. */
export function ComparedRuns({ one, other }: { one: Side; other: Side }) {
  return PARTS.map(([title, textOf, language]) => {
    const [before, after] = [textOf(one), textOf(other)];
    return (
      <Panel key={title} title={title} aside={before === after ? "the same" : "different"} flush={before !== after}>
        {before === after ? (
          <span className={styles.same}>Nothing differs.</span>
        ) : (
          <Diff
            before={before}
            after={after}
            language={language}
            beforeLabel={`${title} of ${one.run.id}`}
            afterLabel={`${title} of ${other.run.id}`}
          />
        )}
      </Panel>
    );
  });
}
