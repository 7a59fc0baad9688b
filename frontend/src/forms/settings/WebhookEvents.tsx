import { Checkbox, Stack } from "@mantine/core";
import type { WebhookIn } from "../../api/generated/types.gen";

export type Event = WebhookIn["events"][number];

// A record, so that the compiler asks for the words of an event that the API gains.
export const EVENTS: Record<Event, string> = {
  "run.finished": "A run has finished",
  "run.uncertain": "A run has ended with effects nobody knows the end of",
  "run.invariant_broken": "A run did what its spec says never happens",
  "question.asked": "A run asks a person",
  "version.awaiting_approval": "A version awaits approval",
  "version.approved": "A version was approved",
  "version.rejected": "A version was rejected",
  "version.live": "A version went live",
  "version.left_behind": "A version answers otherwise on a new release",
  "version.rolled_back": "A tool was rolled back",
  "schedule.missed": "A schedule's time was missed",
  "schedule.failed": "A schedule's call could not be made",
  "agent.connected": "An agent was connected",
  "agent.disconnected": "An agent was disconnected",
  "alert.fired": "An alert has begun",
  "alert.over": "An alert is over",
  "secret.changed": "A secret was stored or removed",
};
const NAMES = Object.keys(EVENTS) as Event[];

type WebhookEventsProps = { events: Event[]; onChange: (events: Event[]) => void };

/** What it is told of. */
export function WebhookEvents({ events, onChange }: WebhookEventsProps) {
  return (
    <Checkbox.Group
      label="It is told when"
      size="sm"
      value={events}
      onChange={(chosen) => onChange(NAMES.filter((name) => chosen.includes(name)))}
    >
      <Stack gap={6} mt={4}>
        {NAMES.map((name) => (
          <Checkbox key={name} size="sm" value={name} label={EVENTS[name]} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
