import { Group, JsonInput, Select } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ScheduleIn } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { createSchedule } from "../../api/runs/schedules";
import { toolQuery } from "../../api/tools/tools";
import { firstExample } from "../../components/tools/examples";
import { useTenant } from "../../components/useTenant";
import { SubmitForm } from "../SubmitForm";
import { field } from "../fields";
import { CronField } from "./CronField";

const MISSED = [
  { value: "skip", label: "leave out" },
  { value: "once", label: "make up for, once" },
];

function entered(form: FormData): ScheduleIn {
  return {
    tool: field(form, "tool"),
    cron: field(form, "cron"),
    zone: field(form, "zone"),
    missed: field(form, "missed") === "once" ? "once" : "skip",
    arguments: JSON.parse(field(form, "arguments") || "{}") as Record<string, unknown>,
  };
}

/** Has a live tool called by the clock, on behalf of whoever asks. `tools` is undefined until they have been read. */
export function CreateSchedule({ tools, onCreated }: { tools?: string[]; onCreated: () => Promise<void> }) {
  const { tenant } = useTenant();
  const [chosen, choose] = useState<string | null>(null);
  const create = useMutation({
    meta: { said: "The schedule is made." },
    // Read here, so that arguments that are no JSON are told like any other problem.
    mutationFn: async (form: FormData) => createSchedule(tenant.slug, entered(form)),
    onSuccess: onCreated,
  });
  const name = chosen ?? tools?.[0] ?? null;
  const { data: tool } = useQuery({ ...toolQuery(tenant.slug, name ?? ""), enabled: name !== null });
  const nothing = tools?.length === 0 ? "No tool is live yet." : null;
  return (
    <SubmitForm
      send={create}
      read={(form) => form}
      submit="Schedule"
      reason={may(tenant, "tools:call") ?? nothing}
      layout="below"
      resets
    >
      <Group align="start" gap="sm">
        <Select
          label="Tool"
          name="tool"
          data={tools ?? []}
          value={name}
          onChange={choose}
          limit={50}
          nothingFoundMessage="No live tool has this in its name."
          searchable
          w={260}
        />
        <CronField />
        <Select label="Times that were missed" name="missed" data={MISSED} defaultValue="skip" w={180} />
      </Group>
      <JsonInput
        // Another tool takes other arguments: its first example is a start that fits.
        key={tool?.name}
        label="Arguments"
        description="They are checked against the tool’s schema as you schedule it."
        name="arguments"
        size="sm"
        autosize
        minRows={2}
        maxRows={12}
        defaultValue={tool ? JSON.stringify(firstExample(tool)) : "{}"}
        validationError="This is not JSON."
        styles={{ input: { fontFamily: "var(--font-code)", fontSize: 12.5 } }}
      />
    </SubmitForm>
  );
}
