import { Button, Group } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { EntryOut } from "../../api/generated/types.gen";
import { journalQuery } from "../../api/runs/journal";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { milliseconds } from "../../ui/format";
import styles from "./Journal.module.css";
import { Json } from "../code/Json";
import { useTenant } from "../useTenant";

const EFFECTS: Record<string, string> = {
  read: "only reads",
  keyed: "safe to repeat",
  unsafe: "not safe to repeat",
};

/** What a run asked of the world, call by call, and what it was told. */
export function Journal({ runId }: { runId: string }) {
  const { tenant } = useTenant();
  const journal = useInfiniteQuery(journalQuery(tenant.slug, runId));
  const entries = journal.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel title="Journal" aside="Every call to the world, and its reply" flush={entries.length > 0}>
      <ProblemNote error={journal.error} />
      {journal.isSuccess && entries.length === 0 && (
        <span className={styles.quiet}>It asked nothing of the world.</span>
      )}
      {entries.map((entry) => (
        <Entry key={`${entry.seq}.${entry.item ?? ""}`} entry={entry} />
      ))}
      {journal.hasNextPage && (
        <Group justify="flex-end" p="sm">
          <Button loading={journal.isFetchingNextPage} onClick={() => journal.fetchNextPage()}>
            Later calls
          </Button>
        </Group>
      )}
    </Panel>
  );
}

function Entry({ entry }: { entry: EntryOut }) {
  const [isOpen, setOpen] = useState(false);
  const call = `${entry.capability}.${entry.operation}`;
  return (
    <details className={styles.entry} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={styles.summary}>
        <span className={`${styles.quiet} num`}>
          {entry.seq}
          {entry.item !== null && `.${entry.item}`}
        </span>
        <code className={styles.call}>{call}</code>
        <span className={styles.quiet}>{EFFECTS[entry.effect] ?? entry.effect}</span>
        <Ended entry={entry} />
        <span className={`${styles.time} num`}>
          {entry.elapsed_ns !== null && entry.elapsed_ns >= 1e5 && milliseconds(entry.elapsed_ns / 1e6)}
        </span>
      </summary>
      {isOpen && (
        <div className={styles.both}>
          <div>
            <h3 className={styles.head}>Asked</h3>
            <Json value={entry.request} label={`${call}: asked`} />
          </div>
          <div>
            <h3 className={styles.head}>Told</h3>
            <Json value={entry.fault ?? entry.value} label={`${call}: told`} />
          </div>
        </div>
      )}
    </details>
  );
}

function Ended({ entry }: { entry: EntryOut }) {
  if (entry.fault) {
    return <span className={styles.bad}>{entry.fault.code}</span>;
  }
  return entry.state === "done" ? (
    <span className={styles.quiet}>done</span>
  ) : (
    <span className={styles.warn}>nobody knows how it ended</span>
  );
}
