import { NativeSelect, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { EffectOut } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { type EffectState, effectsQuery, forgetEffects } from "../../api/settings/savedData";
import { Pager } from "../../components/Pager";
import { ListPanel } from "../../components/lists/ListPanel";
import { RowAction } from "../../components/lists/RowAction";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { Empty } from "../../ui/Page";
import { ACTIONS, type Columns } from "../../ui/Table";
import { Time } from "../../ui/Time";
import styles from "./Kept.module.css";
import { SearchField } from "./SearchField";
import { useKept } from "./useKept";

const COLUMNS: Columns = ["Key", "State", "By", ["Since", "end"], ACTIONS];
const STATES = [
  { value: "", label: "Done or claimed" },
  { value: "done", label: "Done" },
  { value: "claimed", label: "Claimed by a run" },
];

function unforgettable({ state }: EffectOut) {
  return state === "done" ? null : "A run holds it. It can be forgotten once it is done; settle it on the run’s page.";
}

/** What tools have noted as done, so that it is never done twice. */
export function Effects() {
  const { tenant } = useTenant();
  const { looked, narrow, search, turn } = useKept();
  const { q, cursor, state } = looked;
  const queries = useQueryClient();
  const { data, error } = useQuery(effectsQuery(tenant.slug, { q, cursor, state }));
  const forgetting = useMutation({
    meta: { said: "It is forgotten, and the audit trail says that you did." },
    mutationFn: (key: string) => forgetEffects(tenant.slug, [key]),
    onSettled: () => queries.invalidateQueries({ queryKey: [tenant.slug, "data"] }),
  });
  return (
    <Stack gap="md">
      <ProblemNote error={error ?? forgetting.error} />
      <ListPanel
        items={data?.items}
        label="Ledger"
        columns={COLUMNS}
        bar={
          <>
            <NativeSelect
              aria-label="State"
              size="xs"
              data={STATES}
              value={state ?? ""}
              onChange={(event) => narrow({ state: (event.currentTarget.value || undefined) as EffectState | undefined })}
            />
            <SearchField label="Search the ledger" hint="Part of a key, or a run’s id" text={q} onSearch={search} />
          </>
        }
        empty={
          <Empty title={(q ?? state) ? "The ledger has nothing of the kind" : "The ledger is empty"}>
            In a tool, <code>ledger.done(["mails/july/ann"])</code> notes that something has happened, for good.
          </Empty>
        }
        renderRow={(effect) => (
          <tr key={effect.key}>
            <td className={styles.long}>
              <code>{effect.key}</code>
            </td>
            <td>{effect.state}</td>
            <td>
              <Link to="/tenants/$tenant/runs/$runId" params={{ tenant: tenant.slug, runId: effect.run }}>
                its run
              </Link>
            </td>
            <td data-align="end">
              <Time iso={effect.done_at ?? effect.claimed_at} />
            </td>
            <td data-align="end">
              <RowAction
                verb="Forget"
                to={effect.key}
                ask="The next run that comes to it does it again: a letter may be sent twice. It cannot be taken back."
                reason={may(tenant, "data:write") ?? unforgettable(effect)}
                onClick={() => forgetting.mutate(effect.key)}
              />
            </td>
          </tr>
        )}
      >
        <Pager
          cursor={cursor}
          nextCursor={data?.next_cursor}
          onPage={turn}
        />
      </ListPanel>
    </Stack>
  );
}
