import { NativeSelect, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import type { ValueOut } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { changeValue, scopesQuery, valuesQuery } from "../../api/settings/savedData";
import { Pager } from "../../components/Pager";
import { ListPanel } from "../../components/lists/ListPanel";
import { RowAction } from "../../components/lists/RowAction";
import { useTenant } from "../../components/useTenant";
import { EditValue } from "../../forms/kept/EditValue";
import { KeepValue } from "../../forms/kept/KeepValue";
import { ProblemNote } from "../../ui/Note";
import { Empty, Panel } from "../../ui/Page";
import { ACTIONS, type Columns } from "../../ui/Table";
import { Time } from "../../ui/Time";
import styles from "./Kept.module.css";
import { SearchField } from "./SearchField";
import { useKept } from "./useKept";

const COLUMNS: Columns = ["Key", "Value", ["Revision", "end"], ["Changed", "end"], ACTIONS];
const SHARED = "tenant";
const SHOWN_CHARACTERS = 160;

const named = (scope: string) => (scope === SHARED ? "shared by all tools" : `only ${scope.replace(/^tool:/, "")}`);

export function Values() {
  const { tenant } = useTenant();
  const { looked, narrow, search, turn } = useKept();
  const { scope = SHARED, q, cursor } = looked;
  const queries = useQueryClient();
  const [open, setOpen] = useState<string | null>(null);
  const scopes = useQuery(scopesQuery(tenant.slug));
  const { data, error } = useQuery(valuesQuery(tenant.slug, scope, { q, cursor }));
  const refresh = () => queries.invalidateQueries({ queryKey: [tenant.slug, "data"] });
  const removal = useMutation({
    meta: { said: "The value is removed." },
    mutationFn: ({ key, revision }: ValueOut) => changeValue(tenant.slug, { scope, key, text: null, revision }),
    onSettled: refresh,
  });
  const found = scopes.data?.items ?? [];
  const choices = [...new Set([SHARED, scope, ...found.map((one) => one.scope)])];

  return (
    <Stack gap="md">
      <ProblemNote error={error ?? removal.error} />
      <ListPanel
        items={data?.items}
        label="Saved values"
        columns={COLUMNS}
        bar={
          <>
            <NativeSelect
              aria-label="Whose values"
              size="xs"
              data={choices.map((one) => ({
                value: one,
                label: `${named(one)} (${found.find((each) => each.scope === one)?.values ?? 0})`,
              }))}
              value={scope}
              onChange={(event) =>
                narrow({ scope: event.currentTarget.value === SHARED ? undefined : event.currentTarget.value })
              }
            />
            <SearchField label="Search values" hint="Part of a key or a value" text={q} onSearch={search} />
          </>
        }
        empty={
          <Empty title={q ? `No key and no value has “${q.slice(0, 100)}” in it` : "No values yet"}>
            In a tool, <code>kv.set("rates/eu", 1.1)</code> keeps one.
          </Empty>
        }
        renderRow={(value) => (
          <Fragment key={value.key}>
            <tr>
              <td className={styles.long}>
                <code>{value.key}</code>
              </td>
              <td className={styles.long}>
                <code className={styles.quiet}>
                  {value.text.slice(0, SHOWN_CHARACTERS)}
                  {value.text.length > SHOWN_CHARACTERS && "…"}
                </code>
              </td>
              <td data-align="end">{value.revision}</td>
              <td data-align="end">
                <Time iso={value.updated_at} />
              </td>
              <td data-align="end">
                <RowAction verb="Open" to={value.key} onClick={() => setOpen(open === value.key ? null : value.key)} />{" "}
                <RowAction
                  verb="Remove"
                  to={value.key}
                  ask="Tools that read it find nothing there from their next call on. It cannot be brought back."
                  reason={may(tenant, "data:write")}
                  onClick={() => removal.mutate(value)}
                />
              </td>
            </tr>
            {open === value.key && (
              <tr>
                <td colSpan={COLUMNS.length}>
                  <EditValue
                    key={value.revision}
                    scope={scope}
                    kept={value}
                    onDone={() => setOpen(null)}
                    onSaved={refresh}
                  />
                </td>
              </tr>
            )}
          </Fragment>
        )}
      >
        <Pager
          cursor={cursor}
          nextCursor={data?.next_cursor}
          onPage={turn}
        />
      </ListPanel>
      <Panel title={`Keep a new value, ${named(scope)}`}>
        <KeepValue scope={scope} onKept={refresh} />
      </Panel>
    </Stack>
  );
}
