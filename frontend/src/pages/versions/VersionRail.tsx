import type { VersionOut } from "../../api/generated/types.gen";
import { Decide } from "../../forms/tools/Decide";
import { Panel } from "../../ui/Page";
import { Prose } from "../../ui/Prose";
import { Time } from "../../ui/Time";
import { WholeDigest } from "../../components/versions/Digest";
import styles from "./VersionRail.module.css";

const DECIDED: Record<string, string> = { approve: "Approved", reject: "Rejected", withdraw: "Taken back" };

/** The decision and what it rests on, in view while the code is read. */
export function VersionRail({ version }: { version: VersionOut }) {
  return (
    <aside className={styles.rail} aria-label="Review">
      <Panel title={version.state === "awaiting_approval" ? "Your decision" : "Seal"}>
        {version.digest ? (
          <>
            <WholeDigest digest={version.digest} />
            <p className={styles.words}>
              Covers the source, schemas, description, grant, limits and report. If anything changes, an
              approval is void.
            </p>
          </>
        ) : (
          <p className={styles.words}>It gets its seal once every gate has passed.</p>
        )}
        {version.state === "awaiting_approval" && <Decide version={version} />}
        <Decision version={version} />
      </Panel>
    </aside>
  );
}

function Decision({ version }: { version: VersionOut }) {
  const said = version.approval;
  if (!said || version.state === "awaiting_approval") {
    return null;
  }
  const note = said.decision === "approve" ? said.reason : null;
  return (
    <>
      <p className={styles.decision}>
        {DECIDED[said.decision] ?? "Rejected"} by {String(said.actor.label ?? "a person")},{" "}
        <Time iso={said.created_at} />
      </p>
      {note && <p className={styles.said}>{note}</p>}
      {said.answers && (
        <dl className={styles.answers} aria-label="Answers to the gates">
          {said.answers.map(({ question, answer }) => (
            <div key={question}>
              <dt>
                <Prose text={question} />
              </dt>
              <dd>{answer}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}
