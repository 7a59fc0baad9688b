import { NumberInput, Stack, Switch } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { may } from "../api/can";
import type { PolicyOut } from "../api/generated/types.gen";
import { changePolicy } from "../api/tenant";
import { useTenant } from "../components/useTenant";
import { Note, ProblemNote } from "../ui/Note";

const SWITCHES = [
  {
    name: "self_approval",
    label: "Authors may approve their own versions",
    description: "Off: a second person looks at every version before it is live.",
  },
  {
    name: "warnings_block",
    label: "Warnings reject a version",
    description: "Off: warnings are shown to the approver, who decides.",
  },
];

/** Each control saves by itself. */
export function ChangePolicy({ policy }: { policy: PolicyOut }) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const reason = may(tenant, "tenant:manage");
  const change = useMutation({
    mutationFn: (patch: Record<string, unknown>) => changePolicy(tenant.slug, patch),
    onSettled: () => queries.invalidateQueries({ queryKey: [tenant.slug, "tenant"] }),
  });
  const days = policy.run_retention_days;
  return (
    <Stack gap="md" maw={620}>
      {reason && <Note tone="warn" title={reason} />}
      {SWITCHES.filter(({ name }) => typeof policy[name] === "boolean").map(
        ({ name, label, description }) => (
          <Switch
            key={name}
            size="sm"
            label={label}
            description={description}
            checked={policy[name] === true}
            disabled={reason !== null}
            onChange={(event) => change.mutate({ [name]: event.currentTarget.checked })}
          />
        ),
      )}
      {typeof days === "number" && (
        <NumberInput
          key={days}
          label="Keep finished runs for"
          description="Days; older runs, their arguments and results are deleted."
          suffix=" days"
          min={1}
          w={260}
          size="sm"
          defaultValue={days}
          disabled={reason !== null}
          onBlur={(event) => {
            const next = Number.parseInt(event.currentTarget.value, 10);
            if (next > 0 && next !== days) {
              change.mutate({ run_retention_days: next });
            }
          }}
        />
      )}
      <ProblemNote error={change.error} />
    </Stack>
  );
}
