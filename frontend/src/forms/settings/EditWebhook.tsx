import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { WebhookOut } from "../../api/generated/types.gen";
import { changeWebhook } from "../../api/settings/webhooks";
import { useTenant } from "../../components/useTenant";
import { SubmitForm } from "../SubmitForm";
import { field } from "../fields";
import { type Event, WebhookEvents } from "./WebhookEvents";

/** Another address, or other events. Its signing key stays. */
export function EditWebhook({ webhook, onChanged }: { webhook: WebhookOut; onChanged: () => Promise<void> }) {
  const { tenant } = useTenant();
  const [events, setEvents] = useState<Event[]>(webhook.events);
  const change = useMutation({
    meta: { said: "The webhook is changed." },
    mutationFn: (url: string) => changeWebhook(tenant.slug, webhook.id, { url, events }),
    onSuccess: onChanged,
  });
  return (
    <SubmitForm
      send={change}
      read={(form) => field(form, "url")}
      submit="Save"
      reason={events.length === 0 ? "Choose at least one event." : null}
      layout="below"
    >
      <TextInput
        label="Its address"
        name="url"
        type="url"
        defaultValue={webhook.url}
        required
        withAsterisk={false}
        maw={480}
      />
      <WebhookEvents events={events} onChange={setEvents} />
    </SubmitForm>
  );
}
