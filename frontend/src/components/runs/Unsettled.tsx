import { Group } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import type { SettleIn } from "../../api/generated/types.gen";
import { settleEffect, unsettledQuery } from "../../api/runs/journal";
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
  const { data } = useQuery(unsettledQuery(tenant.slug));
  const settle = useMutation({
    mutationFn: (body: SettleIn) => settleEffect(tenant.slug, body),
    onSettled: () => queries.invalidateQueries({ queryKey: unsettledQuery(tenant.slug).queryKey }),
  });
  if (!data || data.items.length === 0) {
    return null;
  }
  const reason = may(tenant, "data:write");
  return (
    <Panel title="Did these happen?" aside="Nobody knows how they ended, so they are not repeated" flush>
      <ProblemNote error={settle.error} />
      <Table label="Unsettled effects" columns={["Effect", "Run", "Begun", ACTIONS]}>
        {data.items.map((effect) => (
          <tr key={effect.key}>
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
                  onYes={() => settle.mutate({ key: effect.key, happened: true })}
                >
                  It happened
                </AskButton>
                <AskButton
                  size="compact-xs"
                  reason={reason}
                  question={didNotOf(effect.key)}
                  onYes={() => settle.mutate({ key: effect.key, happened: false })}
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
