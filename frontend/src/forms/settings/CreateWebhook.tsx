import { Checkbox, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { WebhookIn } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { createWebhook } from "../../api/settings/webhooks";
import { useTenant } from "../../components/useTenant";
import { ShownOnce } from "../ShownOnce";
import { SubmitForm } from "../SubmitForm";
import { field } from "../fields";

type Event = WebhookIn["events"][number];

// A record, so that the compiler asks for the words of an event that the API gains.
const EVENTS: Record<Event, string> = {
  "run.finished": "A run has finished",
  "run.uncertain": "A run has ended with effects nobody knows the end of",
  "run.invariant_broken": "A run did what its spec says never happens",
  "question.asked": "A run asks a person",
  "version.awaiting_approval": "A version awaits approval",
  "version.approved": "A version was approved",
  "version.rejected": "A version was rejected",
  "version.live": "A version went live",
  "version.left_behind": "A version does not run on a new release",
  "version.rolled_back": "A tool was rolled back",
  "schedule.missed": "A schedule's time was missed",
  "schedule.failed": "A schedule's call could not be made",
  "agent.connected": "An agent was connected",
  "agent.disconnected": "An agent was disconnected",
  "secret.changed": "A secret was stored or removed",
};
const NAMES = Object.keys(EVENTS) as Event[];

/** Has another system told of events; its signing key is shown once. */
export function CreateWebhook({ onCreated }: { onCreated: () => Promise<void> }) {
  const { tenant } = useTenant();
  const [events, setEvents] = useState<string[]>(["run.finished"]);
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
      read={(form) => ({ url: field(form, "url"), events: NAMES.filter((name) => events.includes(name)) })}
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
      <Checkbox.Group label="It is told when" size="sm" value={events} onChange={setEvents}>
        <Stack gap={6} mt={4}>
          {NAMES.map((name) => (
            <Checkbox key={name} size="sm" value={name} label={EVENTS[name]} />
          ))}
        </Stack>
      </Checkbox.Group>
    </SubmitForm>
  );
}
