import { NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { LimitOut } from "../../api/generated/types.gen";
import { limitsQuery } from "../../api/tools/usage";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { type Columns, Table } from "../../ui/Table";
import { bytes, count, sentence } from "../../ui/format";

const COLUMNS: Columns = ["Limit", ["Used now", "end"], ["Yours", "end"], ["At most", "end"]];
// Allowance in tenants/rules/quotas.py, in words.
const WORDS: Record<string, string> = {
  calls_per_minute: "Calls a minute, of everybody together",
  client_calls_per_minute: "Calls a minute of each key, agent or person",
  runs_at_once: "Runs at once that somebody waits for",
  client_runs_at_once: "Runs at once of each key, agent or person",
  runs_in_background: "Runs in the background at once",
  versions_waiting: "Versions that are to be built and checked",
  mail_recipients_a_day: "Recipients of mail a day, of all tools together",
  stored_bytes: "Stored: runs, files, values and versions, in bytes",
  run_journal_bytes: "Recorded of one run’s calls, in bytes",
};

type LimitsProps = { disabled: boolean; onSet: (limits: Record<string, number>) => void };

/** What may be used at once or in a time, how much of it is used, and how high the operator lets it be. */
export function Limits({ disabled, onSet }: LimitsProps) {
  const { tenant } = useTenant();
  const { data, error } = useQuery(limitsQuery(tenant.slug));
  const set = (name: string, value: number) =>
    onSet({ ...Object.fromEntries((data?.items ?? []).map((one) => [one.name, one.limit])), [name]: value });
  return (
    <>
      <ProblemNote error={error} />
      <Table label="Limits" columns={COLUMNS}>
        {data?.items.map((one) => (
          <LimitRow key={`${one.name} ${one.limit}`} one={one} disabled={disabled} onSet={(value) => set(one.name, value)} />
        ))}
      </Table>
    </>
  );
}

type LimitRowProps = { one: LimitOut; disabled: boolean; onSet: (value: number) => void };

function LimitRow({ one, disabled, onSet }: LimitRowProps) {
  const said = one.name.endsWith("bytes") ? bytes : count;
  const words = WORDS[one.name] ?? sentence(one.name);
  return (
    <tr>
      <td style={{ minWidth: "14rem" }}>{words}</td>
      <td data-align="end" className="num">
        {one.used === null ? "–" : said(one.used)}
      </td>
      <td data-align="end">
        <NumberInput
          aria-label={words}
          size="xs"
          w={150}
          ml="auto"
          min={1}
          max={one.ceiling}
          allowDecimal={false}
          defaultValue={one.limit}
          disabled={disabled}
          onBlur={(event) => {
            const next = Number.parseInt(event.currentTarget.value, 10);
            if (next >= 1 && next !== one.limit) {
              onSet(next);
            }
          }}
        />
      </td>
      <td data-align="end" className="num">
        {said(one.ceiling)}
      </td>
    </tr>
  );
}
