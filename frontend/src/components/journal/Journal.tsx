import { Button, Group } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { EntryOut } from "../../api/generated/types.gen";
import { journalQuery } from "../../api/runs/journal";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { milliseconds } from "../../ui/format";
import styles from "./Journal.module.css";
import { aboutOf, groupsOf } from "./journalRows";
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
      {groupsOf(entries).map(({ key, entries: several }) =>
        several.length === 1 && several[0] ? (
          <Entry key={key} entry={several[0]} />
        ) : (
          <Alike key={key} entries={several} />
        ),
      )}
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

/** A stretch of the same call, as one row that opens. */
function Alike({ entries }: { entries: EntryOut[] }) {
  const [first] = entries;
  const last = entries.at(-1);
  const spent = entries.reduce((sum, entry) => sum + (entry.elapsed_ns ?? 0), 0);
  if (!first || !last) {
    return null;
  }
  return (
    <details className={styles.entry}>
      <summary className={styles.summary}>
        <span className={`${styles.quiet} num`}>{entries.length} ×</span>
        <span className={styles.what}>
          <code className={styles.call}>{`${first.capability}.${first.operation}`}</code>{" "}
          <span className={styles.about}>
            {aboutOf(first)} … {aboutOf(last)}
          </span>
        </span>
        <span className={styles.quiet}>{EFFECTS[first.effect] ?? first.effect}</span>
        <Ended entry={first} />
        <span className={`${styles.time} num`}>{spent >= 1e5 && milliseconds(spent / 1e6)}</span>
      </summary>
      <div className={styles.inside}>
        {entries.map((entry) => (
          <Entry key={`${entry.seq}.${entry.item ?? ""}`} entry={entry} />
        ))}
      </div>
    </details>
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
        <span className={styles.what}>
          <code className={styles.call}>{call}</code> <span className={styles.about}>{aboutOf(entry)}</span>
        </span>
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
  if (entry.state === "done") {
    return <span className={styles.quiet}>done</span>;
  }
  // A question that a person has not answered yet has not ended; of all else nobody knows.
  return entry.capability === "approvals" ? (
    <WaitsForAnswer />
  ) : (
    <span className={styles.warn}>nobody knows how it ended</span>
  );
}

function WaitsForAnswer() {
  const { tenant } = useTenant();
  return (
    <Link to="/tenants/$tenant/questions" params={{ tenant: tenant.slug }} className={styles.warn}>
      waits for an answer
    </Link>
  );
}
