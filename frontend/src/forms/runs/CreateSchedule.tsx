import { Group, JsonInput, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ScheduleIn } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { createSchedule } from "../../api/runs/schedules";
import { useTenant } from "../../components/useTenant";
import { SubmitForm } from "../SubmitForm";
import { field } from "../fields";

const MISSED = [
  { value: "skip", label: "leave out" },
  { value: "once", label: "make up for, once" },
];

const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

function entered(form: FormData): ScheduleIn {
  return {
    tool: field(form, "tool"),
    cron: field(form, "cron"),
    zone: field(form, "zone"),
    missed: field(form, "missed") === "once" ? "once" : "skip",
    arguments: JSON.parse(field(form, "arguments") || "{}") as Record<string, unknown>,
  };
}

/** Has a live tool called by the clock, on behalf of whoever asks. */
export function CreateSchedule({ tools, onCreated }: { tools: string[]; onCreated: () => Promise<void> }) {
  const { tenant } = useTenant();
  const create = useMutation({
    // Read here, so that arguments that are no JSON are told like any other problem.
    mutationFn: async (form: FormData) => createSchedule(tenant.slug, entered(form)),
    onSuccess: onCreated,
  });
  const nothing = tools.length === 0 ? "No tool is live yet." : null;
  return (
    <SubmitForm
      send={create}
      read={(form) => form}
      submit="Schedule"
      reason={may(tenant, "tools:call") ?? nothing}
      layout="below"
      resets
    >
      <Group align="end" gap="sm">
        <Select
          label="Tool"
          name="tool"
          data={tools}
          defaultValue={tools[0]}
          key={tools[0]}
          searchable
          w={260}
        />
        <TextInput
          label="Minute hour day month weekday"
          placeholder="0 9 * * 1-5"
          name="cron"
          required
          withAsterisk={false}
          w={240}
        />
        <TextInput
          label="Time zone"
          name="zone"
          defaultValue={zone()}
          required
          withAsterisk={false}
          w={180}
        />
        <Select label="Times that were missed" name="missed" data={MISSED} defaultValue="skip" w={180} />
      </Group>
      <JsonInput
        label="Arguments"
        name="arguments"
        size="sm"
        autosize
        minRows={2}
        maxRows={12}
        defaultValue="{}"
        validationError="This is not JSON."
        styles={{ input: { fontFamily: "var(--font-code)", fontSize: 12.5 } }}
      />
    </SubmitForm>
  );
}
