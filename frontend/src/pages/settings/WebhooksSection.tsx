import { may } from "../../api/permissions";
import { removeWebhook, webhooksQuery } from "../../api/settings/webhooks";
import { ListPage } from "../../components/lists/ListPage";
import { RowAction } from "../../components/lists/RowAction";
import { useList } from "../../components/lists/useList";
import { Deliveries } from "../../components/settings/Deliveries";
import { useTenant } from "../../components/useTenant";
import { CreateWebhook } from "../../forms/settings/CreateWebhook";
import { Panel } from "../../ui/Page";

export function WebhooksSection() {
  const { tenant } = useTenant();
  const reason = may(tenant, "tenant:manage");
  const webhooks = useList({ ...webhooksQuery(tenant.slug), enabled: reason === null }, (id: string) =>
    removeWebhook(tenant.slug, id),
  );
  return (
    <ListPage
      title="Webhooks"
      lead="Other systems are told of events as they happen: one signed notice for each, tried until it arrives."
      reason={reason}
      error={webhooks.error}
    >
      {webhooks.items?.map((webhook) => (
        <Panel
          key={webhook.id}
          title={webhook.url}
          aside={
            <>
              {webhook.events.join(", ")}
              {!webhook.active && " (stopped)"}
              <RowAction
                verb="Remove"
                to={webhook.url}
                ask="It is told of nothing any more, and its log of deliveries is deleted."
                reason={reason}
                onClick={() => webhooks.remove(webhook.id)}
              />
            </>
          }
          flush
        >
          <Deliveries webhookId={webhook.id} />
        </Panel>
      ))}
      <Panel title="Set up a webhook">
        <CreateWebhook onCreated={webhooks.refresh} />
      </Panel>
    </ListPage>
  );
}
