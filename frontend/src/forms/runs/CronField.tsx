import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { previewQuery } from "../../api/runs/schedules";
import { useTenant } from "../../components/useTenant";
import { when } from "../../ui/format";
import { fieldProblem } from "../fields";

const TYPED_MS = 250;
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** When it is called: the expression, where the clock stands, and what both mean, said as they are typed. */
export function CronField() {
  const { tenant } = useTenant();
  const [typed, type] = useState({ cron: "", zone: ZONE });
  const [asked] = useDebouncedValue(typed, TYPED_MS);
  const seen = useQuery({ ...previewQuery(tenant.slug, asked.cron, asked.zone), enabled: asked.cron.trim() !== "" });
  const told = asked.cron.trim() === "" ? undefined : seen.data;
  return (
    <>
      <TextInput
        label="Minute hour day month weekday"
        placeholder="0 9 * * 1-5"
        name="cron"
        required
        withAsterisk={false}
        w={280}
        inputWrapperOrder={["label", "input", "description", "error"]}
        description={told ? `${told.words}: next ${told.times.map(when).join("; ")}` : "0 9 * * 1-5 is at nine on weekdays."}
        error={asked.cron.trim() !== "" && fieldProblem(seen.error, "/cron")}
        onChange={(event) => type({ ...typed, cron: event.currentTarget.value })}
      />
      <TextInput
        label="Time zone"
        name="zone"
        defaultValue={ZONE}
        required
        withAsterisk={false}
        w={180}
        error={fieldProblem(seen.error, "/zone")}
        onChange={(event) => type({ ...typed, zone: event.currentTarget.value })}
      />
    </>
  );
}
