import { may } from "../../api/permissions";
import { removeWebhook, webhooksQuery } from "../../api/settings/webhooks";
import { ListPage } from "../../components/lists/ListPage";
import { useList } from "../../components/lists/useList";
import { Deliveries } from "../../components/settings/Deliveries";
import { useTenant } from "../../components/useTenant";
import { CreateWebhook } from "../../forms/settings/CreateWebhook";
import { WebhookActions } from "../../forms/settings/WebhookActions";
import { EVENTS } from "../../forms/settings/WebhookEvents";
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
          aside={webhook.active ? undefined : "paused"}
        >
          <p>{webhook.events.map((event) => EVENTS[event]).join("; ")}.</p>
          <WebhookActions
            webhook={webhook}
            onChanged={webhooks.refresh}
            onRemove={() => webhooks.remove(webhook.id)}
          />
          <Deliveries webhookId={webhook.id} />
        </Panel>
      ))}
      <Panel title="Set up a webhook">
        <CreateWebhook onCreated={webhooks.refresh} />
      </Panel>
    </ListPage>
  );
}
