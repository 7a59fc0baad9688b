import type { TriedOut } from "../../api/generated/types.gen";
import { Log } from "../../components/runs/Log";
import { Json } from "../../components/code/Json";
import { Note } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { count, milliseconds } from "../../ui/format";
import styles from "./TriedDraft.module.css";

/** What came of a draft that was tried: what the gates that only read say, then case by case what it did. */
export function TriedDraft({ tried }: { tried: TriedOut }) {
  const unlike = tried.runs.filter((run) => run.otherwise.length > 0);
  const said = tried.findings.map((finding) => String(finding.message));
  const isSound = said.length === 0 && unlike.length === 0;
  return (
    <section aria-label="What came of the dry run">
      <Panel title="Dry run" aside={`${tried.runs.length - unlike.length} of ${tried.runs.length} calls as stated`} flush>
        <div className={styles.told}>
          <Note
            tone={isSound ? "good" : "warn"}
            title={isSound ? "Every case came out as it says." : "Not all of it is as it should be yet."}
          >
            {said.length > 0 && (
              <ul>
                {tried.findings.map((finding) => (
                  <li key={`${String(finding.line)}${String(finding.message)}`}>
                    {typeof finding.line === "number" && `Line ${finding.line}: `}
                    {String(finding.message)} {typeof finding.hint === "string" && finding.hint}
                  </li>
                ))}
              </ul>
            )}
          </Note>
        </div>
        {tried.runs.map((run) => (
          <details key={run.case} className={styles.run} open={run.otherwise.length > 0}>
            <summary>
              <span data-tone={run.otherwise.length > 0 ? "bad" : "good"} className={styles.mark}>
                {run.otherwise.length > 0 ? "otherwise" : "as stated"}
              </span>
              {run.case} <span className={styles.quiet}>{run.outcome}, {milliseconds(run.wall_ms)}, {count(run.host_calls)} host calls</span>
            </summary>
            <ul>
              {[...run.otherwise, ...run.missing].map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
            <Json value={run.error ?? run.result} label={`What came of ${run.case}`} />
            {Object.keys(run.done).length > 0 && <Json value={run.done} label={`What ${run.case} did`} />}
            {run.log !== "" && <Log text={run.log} />}
          </details>
        ))}
      </Panel>
    </section>
  );
}
