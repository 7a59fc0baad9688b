import type { VersionOut } from "../../api/generated/types.gen";
import { Panel } from "../../ui/Page";
import { Prose } from "../../ui/Prose";
import { contractOf } from "./answers";
import styles from "./WhatCallersRead.module.css";

/** What callers are told of the tool, and what of their contract this version changes, what breaks them first. */
export function WhatCallersRead({ version, baseline }: { version: VersionOut; baseline: VersionOut | undefined }) {
  const contract = contractOf(version);
  return (
    <Panel title="What callers read" flush>
      <dl className={styles.texts}>
        {(["title", "description"] as const).map((name) => (
          <Text key={name} name={name} now={textOf(version, name)} before={baseline && textOf(baseline, name)} />
        ))}
      </dl>
      {contract.length > 0 && (
        <ul className={styles.contract} aria-label="Changes of the contract">
          {contract.map(({ message, breaks }) => (
            <li key={message} data-breaks={breaks}>
              <span className={styles.kind}>{breaks ? "Breaks callers" : "Callers notice"}</span>
              <span>{message}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const textOf = (version: VersionOut, name: string) => String(version.spec[name] ?? "");

function Text({ name, now, before }: { name: string; now: string; before: string | undefined }) {
  const isOther = before !== undefined && before !== now;
  return (
    <div>
      <dt>{name === "title" ? "Title" : "Description"}</dt>
      <dd>
        {isOther && (
          <del className={styles.gone}>
            <Prose text={before || "none"} />
          </del>
        )}
        {isOther ? (
          <ins className={styles.fresh}>
            <Prose text={now || "none"} />
          </ins>
        ) : (
          <Prose text={now || "none"} />
        )}
      </dd>
    </div>
  );
}
