import type { VersionOut } from "../../api/generated/types.gen";
import { Decide } from "../../forms/tools/Decide";
import { Panel } from "../../ui/Page";
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
  const { decision, actor, created_at: at } = version.approval ?? {};
  if (typeof decision !== "string" || version.state === "awaiting_approval") {
    return null;
  }
  const label =
    typeof actor === "object" && actor !== null && "label" in actor ? String(actor.label) : "a person";
  return (
    <p className={styles.decision}>
      {DECIDED[decision] ?? "Rejected"} by {label}
      {typeof at === "string" && (
        <>
          , <Time iso={at} />
        </>
      )}
    </p>
  );
}
