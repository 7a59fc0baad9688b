import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import { removeWebhook, webhooksQuery } from "../../api/settings/webhooks";
import { Deliveries } from "../../components/settings/Deliveries";
import { useTenant } from "../../components/useTenant";
import { CreateWebhook } from "../../forms/settings/CreateWebhook";
import { Note, ProblemNote } from "../../ui/Note";
import { Page, Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";

export function WebhooksSection() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const reason = may(tenant, "tenant:manage");
  const webhooks = useQuery({ ...webhooksQuery(tenant.slug), enabled: reason === null });
  const refresh = () => queries.invalidateQueries({ queryKey: [tenant.slug, "webhooks"] });
  const remove = useMutation({
    mutationFn: (id: string) => removeWebhook(tenant.slug, id),
    onSettled: refresh,
  });
  return (
    <Page
      title="Webhooks"
      lead="Other systems are told of events as they happen: one signed notice for each, tried until it arrives."
    >
      {reason && <Note tone="warn" title={reason} />}
      <ProblemNote error={webhooks.error ?? remove.error} />
      {webhooks.data?.items.map((webhook) => (
        <Panel
          key={webhook.id}
          title={webhook.url}
          aside={
            <>
              {webhook.events.join(", ")}
              {!webhook.active && " (stopped)"}
              <ReasonButton size="compact-xs" reason={reason} onClick={() => remove.mutate(webhook.id)}>
                Remove
              </ReasonButton>
            </>
          }
          flush
        >
          <Deliveries webhookId={webhook.id} />
        </Panel>
      ))}
      <Panel title="Set up a webhook">
        <CreateWebhook onCreated={refresh} />
      </Panel>
    </Page>
  );
}
