import { NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import type { Outcome, Range, Status } from "../../api/runs/runs";
import type { RunSearch } from "../../api/addresses/search";
import { RANGES } from "../../components/runs/ranges";
import styles from "./RunFilters.module.css";

const STATUSES = [
  { value: "", label: "Any status" },
  { value: "queued", label: "Queued" },
  { value: "running", label: "Running" },
  { value: "suspended", label: "Suspended" },
  { value: "finished", label: "Finished" },
];

const OUTCOMES = [
  { value: "", label: "Any outcome" },
  { value: "returned", label: "Returned" },
  { value: "failed", label: "Failed" },
  { value: "refused", label: "Refused" },
  { value: "exhausted", label: "Exhausted" },
  { value: "trapped", label: "Trapped" },
  { value: "cancelled", label: "Cancelled" },
];

const CHOSEN = "chosen";
const CHOICES = [...RANGES, { value: CHOSEN, label: "From … to …" }];

type RunFiltersProps = { search: RunSearch; onNarrow: (change: RunSearch) => void };

/** What is looked for among runs. All of it stands in the address, so that it can be sent to somebody. */
export function RunFilters({ search, onNarrow }: RunFiltersProps) {
  const isChosen = search.since !== undefined || search.until !== undefined;
  function rangeTo(value: string) {
    if (value === CHOSEN) {
      return onNarrow({ range: undefined, since: new Date(Date.now() - 86_400_000).toISOString() });
    }
    return onNarrow({ range: (value || undefined) as Range | undefined, since: undefined, until: undefined });
  }
  return (
    <div className={styles.filters}>
      <Words label="Search in runs" placeholder="Words in arguments, result, error, log" width={280} value={search.q} onWords={(q) => onNarrow({ q })} />
      <Words label="Tool" placeholder="Part of the tool’s name" width={170} value={search.tool} onWords={(tool) => onNarrow({ tool })} />
      <Words
        label="Version"
        placeholder="Version"
        width={84}
        value={search.version?.toString()}
        onWords={(text) => onNarrow({ version: Number(text) > 0 ? Math.floor(Number(text)) : undefined })}
      />
      <Words label="Caller" placeholder="Caller" width={130} value={search.caller} onWords={(caller) => onNarrow({ caller })} />
      <Words label="Error code" placeholder="Error code" width={120} value={search.code} onWords={(code) => onNarrow({ code })} />
      <NativeSelect
        aria-label="Status"
        size="xs"
        w={130}
        data={STATUSES}
        value={search.status ?? ""}
        onChange={(event) => onNarrow({ status: (event.currentTarget.value || undefined) as Status | undefined })}
      />
      <NativeSelect
        aria-label="Outcome"
        size="xs"
        w={130}
        data={OUTCOMES}
        value={search.outcome ?? ""}
        onChange={(event) => onNarrow({ outcome: (event.currentTarget.value || undefined) as Outcome | undefined })}
      />
      <NativeSelect
        aria-label="When"
        size="xs"
        w={160}
        data={CHOICES}
        value={search.range ?? (isChosen ? CHOSEN : "")}
        onChange={(event) => rangeTo(event.currentTarget.value)}
      />
      {isChosen && (
        <>
          <Moment label="From" value={search.since} onMoment={(since) => onNarrow({ since })} />
          <Moment label="To" value={search.until} onMoment={(until) => onNarrow({ until })} />
        </>
      )}
    </div>
  );
}

type WordsProps = {
  label: string;
  placeholder: string;
  width: number;
  value: string | undefined;
  onWords: (text: string | undefined) => void;
};

/** Each waits for its own last letter: what is typed into the next field keeps nothing of this one back. */
function Words({ label, placeholder, width, value, onWords }: WordsProps) {
  const told = useDebouncedCallback(onWords, 250);
  return (
    <TextInput
      aria-label={label}
      placeholder={placeholder}
      size="xs"
      w={width}
      defaultValue={value ?? ""}
      onChange={(event) => told(event.currentTarget.value.trim() || undefined)}
    />
  );
}

type MomentProps = { label: string; value: string | undefined; onMoment: (iso: string | undefined) => void };

/** A time as the browser's own field has it: local, to the minute. */
function Moment({ label, value, onMoment }: MomentProps) {
  const at = value === undefined ? null : new Date(value);
  const isTime = at !== null && !Number.isNaN(at.getTime());
  const local = isTime ? new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : "";
  return (
    <TextInput
      type="datetime-local"
      aria-label={label}
      size="xs"
      w={190}
      value={local}
      onChange={(event) =>
        onMoment(event.currentTarget.value ? new Date(event.currentTarget.value).toISOString() : undefined)
      }
    />
  );
}
