import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import { deliveriesQuery, redeliver } from "../../api/settings/webhooks";
import { ProblemNote } from "../../ui/Note";
import { Empty } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { ACTIONS, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { words } from "../../ui/format";
import { useTenant } from "../useTenant";

/** The latest notices of a webhook, and what came of them. */
export function Deliveries({ webhookId }: { webhookId: string }) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const { data, error } = useQuery(deliveriesQuery(tenant.slug, webhookId));
  const again = useMutation({
    mutationFn: (deliveryId: string) => redeliver(tenant.slug, webhookId, deliveryId),
    onSettled: () => queries.invalidateQueries({ queryKey: deliveriesQuery(tenant.slug, webhookId).queryKey }),
  });
  if (data?.items.length === 0) {
    return <Empty title="Nothing sent yet">A notice goes out when the next event happens.</Empty>;
  }
  return (
    <>
      <ProblemNote error={error ?? again.error} />
      <Table
        label="Deliveries"
        columns={["Event", "Subject", "State", ["Attempts", "end"], "Last answer", "When", ACTIONS]}
      >
        {data?.items.map((delivery) => (
          <tr key={delivery.id}>
            <td>{delivery.event}</td>
            <td>
              <code>{delivery.subject}</code>
            </td>
            <td>{words(delivery.state)}</td>
            <td data-align="end">{delivery.attempts}</td>
            <td>{delivery.last_error ?? delivery.last_status}</td>
            <td>
              <Time iso={delivery.created_at} />
            </td>
            <td data-align="end">
              <ReasonButton
                size="compact-xs"
                reason={may(tenant, "tenant:manage")}
                onClick={() => again.mutate(delivery.id)}
              >
                Send again
              </ReasonButton>
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
