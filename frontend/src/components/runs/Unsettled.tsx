import { Group } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import type { SettleIn } from "../../api/generated/types.gen";
import { settleEffect, unsettledQuery } from "../../api/runs/journal";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { ACTIONS, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { useTenant } from "../useTenant";

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
                <ReasonButton
                  size="compact-xs"
                  reason={reason}
                  onClick={() => settle.mutate({ key: effect.key, happened: true })}
                >
                  It happened
                </ReasonButton>
                <ReasonButton
                  size="compact-xs"
                  reason={reason}
                  onClick={() => settle.mutate({ key: effect.key, happened: false })}
                >
                  It did not: may be tried again
                </ReasonButton>
              </Group>
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
