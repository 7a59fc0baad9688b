import { Button, Checkbox, Group, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { may } from "../../api/permissions";
import type { WebhookIn } from "../../api/generated/types.gen";
import { createWebhook } from "../../api/settings/webhooks";
import { useTenant } from "../../components/useTenant";
import { CopyLine } from "../../ui/Copy";
import { Note, ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";
import { field } from "../fields";

type Event = WebhookIn["events"][number];

const EVENTS: { value: Event; label: string }[] = [
  { value: "run.finished", label: "A run has finished" },
  { value: "run.uncertain", label: "A run has ended with effects nobody knows the end of" },
  { value: "question.asked", label: "A run asks a person" },
  { value: "version.awaiting_approval", label: "A version awaits approval" },
  { value: "version.approved", label: "A version was approved" },
  { value: "version.rejected", label: "A version was rejected" },
  { value: "version.live", label: "A version went live" },
  { value: "version.rolled_back", label: "A tool was rolled back" },
  { value: "schedule.missed", label: "A schedule's time was missed" },
  { value: "schedule.failed", label: "A schedule's call could not be made" },
  { value: "agent.connected", label: "An agent was connected" },
  { value: "agent.disconnected", label: "An agent was disconnected" },
  { value: "secret.changed", label: "A secret was stored or removed" },
];

/** Has another system told of events; its signing key is shown once. */
export function CreateWebhook({ onCreated }: { onCreated: () => Promise<void> }) {
  const { tenant } = useTenant();
  const [events, setEvents] = useState<string[]>(["run.finished"]);
  const create = useMutation({
    mutationFn: (body: WebhookIn) => createWebhook(tenant.slug, body),
    onSuccess: onCreated,
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const chosen = EVENTS.map((each) => each.value).filter((value) => events.includes(value));
    create.mutate({ url: field(new FormData(event.currentTarget), "url"), events: chosen });
  }
  if (create.data) {
    return (
      <Stack gap="sm">
        <Note tone="good" title="The webhook is set up. Copy its signing key now: it is not shown again." />
        <CopyLine label="Signing key" value={create.data.signing_key} />
        <Group>
          <Button onClick={() => create.reset()}>I have copied it</Button>
        </Group>
      </Stack>
    );
  }
  const nothing = events.length === 0 ? "Choose at least one event." : null;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
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
            {EVENTS.map((event) => (
              <Checkbox key={event.value} size="sm" value={event.value} label={event.label} />
            ))}
          </Stack>
        </Checkbox.Group>
        <ProblemNote error={create.error} />
        <Group>
          <ReasonButton
            type="submit"
            variant="filled"
            size="sm"
            reason={may(tenant, "tenant:manage") ?? nothing}
            loading={create.isPending}
          >
            Set up
          </ReasonButton>
        </Group>
      </Stack>
    </form>
  );
}
