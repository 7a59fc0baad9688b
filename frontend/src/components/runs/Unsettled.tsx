import { Checkbox, Group } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { may } from "../../api/permissions";
import type { SettleAllIn } from "../../api/generated/types.gen";
import { settleEffects, unsettledQuery } from "../../api/runs/journal";
import { AskButton } from "../../ui/dialogs/AskButton";
import type { Question } from "../../ui/dialogs/question";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { ACTIONS, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { useTenant } from "../useTenant";

function happenedOf(key: string): Question {
  return { title: `Did ${key} happen?`, what: "It counts as done from now on, and no run does it again.", yes: "It happened" };
}

function didNotOf(key: string): Question {
  const what = "The next run that comes to it does it. If it did happen after all, it happens twice.";
  return { title: `Did ${key} not happen?`, what, yes: "It did not happen" };
}

/** Effects that may have happened: never repeated until a person says which. Not shown while there are none. */
export function Unsettled() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { data } = useQuery(unsettledQuery(tenant.slug));
  const settle = useMutation({
    mutationFn: (body: SettleAllIn) => settleEffects(tenant.slug, body),
    onSettled: () => queries.invalidateQueries({ queryKey: unsettledQuery(tenant.slug).queryKey }),
  });
  if (!data || data.items.length === 0) {
    return null;
  }
  const reason = may(tenant, "data:write");
  const keys = data.items.map(({ key }) => key).filter((key) => chosen.has(key));
  const choose = (key: string, isChosen: boolean) =>
    setChosen((now) => new Set(isChosen ? [...now, key] : [...now].filter((each) => each !== key)));
  const none = keys.length === 0 ? "Choose some of them first." : null;
  return (
    <Panel title="Did these happen?" aside="Nobody knows how they ended, so they are not repeated" flush>
      {data.items.length > 1 && (
        <Group gap="xs" p="8px 16px">
          <Checkbox
            size="sm"
            label={`All ${data.items.length}`}
            checked={keys.length === data.items.length}
            onChange={(event) => setChosen(new Set(event.currentTarget.checked ? data.items.map(({ key }) => key) : []))}
          />
          <AskButton
            size="compact-sm"
            reason={reason ?? none}
            question={happenedOf(`all ${keys.length}`)}
            onYes={() => settle.mutate({ keys, happened: true })}
          >
            The chosen happened
          </AskButton>
          <AskButton
            size="compact-sm"
            reason={reason ?? none}
            question={didNotOf(`all ${keys.length}`)}
            onYes={() => settle.mutate({ keys, happened: false })}
          >
            The chosen did not
          </AskButton>
        </Group>
      )}
      <ProblemNote error={settle.error} />
      <Table label="Unsettled effects" columns={["Choose", "Effect", "Run", "Begun", ACTIONS]}>
        {data.items.map((effect) => (
          <tr key={effect.key}>
            <td>
              <Checkbox
                size="sm"
                aria-label={`Choose ${effect.key}`}
                checked={chosen.has(effect.key)}
                onChange={(event) => choose(effect.key, event.currentTarget.checked)}
              />
            </td>
            <td>
              <code>{effect.key}</code>
            </td>
            <td>
              <Link to="/tenants/$tenant/runs/$runId" params={{ tenant: tenant.slug, runId: effect.run }}>
                <code>{effect.run}</code>
              </Link>
            </td>
            <td>
              <Time iso={effect.claimed_at} />
            </td>
            <td>
              <Group gap="xs" justify="flex-end" wrap="nowrap">
                <AskButton
                  size="compact-xs"
                  reason={reason}
                  question={happenedOf(effect.key)}
                  onYes={() => settle.mutate({ keys: [effect.key], happened: true })}
                >
                  It happened
                </AskButton>
                <AskButton
                  size="compact-xs"
                  reason={reason}
                  question={didNotOf(effect.key)}
                  onYes={() => settle.mutate({ keys: [effect.key], happened: false })}
                >
                  It did not: may be tried again
                </AskButton>
              </Group>
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
