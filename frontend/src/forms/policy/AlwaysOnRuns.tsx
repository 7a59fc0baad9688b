import { Stack, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { toolNamesQuery } from "../../api/runs/overview";
import { useTenant } from "../../components/useTenant";
import { namesIn } from "../fields";

const EVERY_TOOL = "*";

type AlwaysOnRunsProps = { tools: string[]; disabled: boolean; onSet: (tools: string[]) => void };

/** Of which tools real runs are held against what their specs say is always so: all, or those that are named. */
export function AlwaysOnRuns({ tools, disabled, onSet }: AlwaysOnRunsProps) {
  const { tenant } = useTenant();
  const { data } = useQuery(toolNamesQuery(tenant.slug));
  const isEvery = tools.includes(EVERY_TOOL);
  const unknown = data ? tools.filter((name) => !data.items.some((tool) => tool.name === name)) : [];
  return (
    <Stack gap="xs">
      <Switch
        size="sm"
        label="Hold every run against what its spec says is always so"
        description="Behind its end. One of which something does not hold is marked, told of, and a failure for canaries."
        checked={isEvery}
        disabled={disabled}
        onChange={(event) => onSet(event.currentTarget.checked ? [EVERY_TOOL] : [])}
      />
      {!isEvery && (
        <TextInput
          key={tools.join(" ")}
          size="sm"
          maw={420}
          label="Only runs of these tools"
          description="Names with commas between them."
          placeholder="none"
          defaultValue={tools.join(", ")}
          disabled={disabled}
          error={unknown.length > 0 ? `No tool is called ${unknown.join(", ")}.` : undefined}
          onBlur={(event) => {
            const next = [...new Set(namesIn(event.currentTarget.value))];
            if (next.join(" ") !== tools.join(" ")) {
              onSet(next);
            }
          }}
        />
      )}
    </Stack>
  );
}
