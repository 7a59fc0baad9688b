import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { WebhookIn } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { createWebhook } from "../../api/settings/webhooks";
import { useTenant } from "../../components/useTenant";
import { ShownOnce } from "../ShownOnce";
import { SubmitForm } from "../SubmitForm";
import { field } from "../fields";
import { type Event, WebhookEvents } from "./WebhookEvents";

/** Has another system told of events; its signing key is shown once. */
export function CreateWebhook({ onCreated }: { onCreated: () => Promise<void> }) {
  const { tenant } = useTenant();
  const [events, setEvents] = useState<Event[]>(["run.finished"]);
  const create = useMutation({
    mutationFn: (body: WebhookIn) => createWebhook(tenant.slug, body),
    onSuccess: onCreated,
  });
  if (create.data) {
    return (
      <ShownOnce
        title="The webhook is set up. Copy its signing key now: it is not shown again."
        label="Signing key"
        value={create.data.signing_key}
        onKept={() => create.reset()}
      />
    );
  }
  const nothing = events.length === 0 ? "Choose at least one event." : null;
  return (
    <SubmitForm
      send={create}
      read={(form) => ({ url: field(form, "url"), events })}
      submit="Set up"
      reason={may(tenant, "tenant:manage") ?? nothing}
      layout="below"
    >
      <TextInput
        label="Address"
        placeholder="https://example.com/hooks"
        name="url"
        type="url"
        required
        withAsterisk={false}
        maw={480}
      />
      <WebhookEvents events={events} onChange={setEvents} />
    </SubmitForm>
  );
}
