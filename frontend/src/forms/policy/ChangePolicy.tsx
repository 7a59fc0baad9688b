import { Select, Stack, Switch } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import type { PolicyOut } from "../../api/generated/types.gen";
import { changePolicy } from "../../api/settings/tenant";
import { useTenant } from "../../components/useTenant";
import { Note, ProblemNote } from "../../ui/Note";
import { AlwaysOnRuns } from "./AlwaysOnRuns";
import { Amount, type AmountOf } from "./Amount";
import { GateLevels } from "./GateLevels";
import { Limits } from "./Limits";
import { Uncertain } from "./Uncertain";

const SWITCHES = [
  {
    name: "self_approval",
    label: "Authors may approve their own versions",
    off: "A second person looks at every version before it is live.",
    on: "One person alone can put code live. The audit trail keeps who did.",
  },
  {
    name: "warnings_block",
    label: "Warnings reject a version",
    off: "Warnings are shown to the approver, who decides.",
    on: "A version with a warning goes back to its author.",
  },
  {
    name: "questions_block",
    label: "Questions reject a version",
    off: "What a gate suspects and cannot show is asked of the approver.",
    on: "What a gate suspects goes back to the author, shown or not.",
  },
  {
    name: "second_implementation",
    label: "A model writes each tool a second time",
    off: "No model is told of a tool unless somebody asks it to write one.",
    on: "From its promise alone, where a model is configured; you are asked where the two answer differently.",
  },
];

const ASKED = [
  { value: "none", label: "nobody" },
  { value: "approvers", label: "approvers and owners" },
  { value: "everyone", label: "everyone" },
];

const NUMBERS: AmountOf[] = [
  {
    name: "run_retention_days",
    label: "Keep finished runs for",
    description: "Older runs, their arguments and their results are deleted.",
    unit: " days",
  },
  {
    name: "canary_percent",
    label: "An approved version serves at first",
    description: "Below 100: as a canary beside the version before. An approver may choose otherwise.",
    unit: " % of the calls",
  },
  {
    name: "canary_promotes_after",
    label: "A canary that does no worse takes over after",
    description: "0: a person decides. It is taken back by itself in any case when it fails more often.",
    unit: " calls",
    min: 0,
  },
  {
    name: "generation_usd_a_month",
    label: "Models that write tools may cost",
    description: "When it is used up, generation stops until the next month.",
    unit: " US dollars a month",
  },
];

/** Each control saves by itself. A policy that this server does not have yet is not shown. */
export function ChangePolicy({ policy }: { policy: PolicyOut }) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const reason = may(tenant, "tenant:manage");
  const change = useMutation({
    meta: { said: "The policy is saved." },
    mutationFn: (patch: Record<string, unknown>) => changePolicy(tenant.slug, patch),
    onSettled: () => queries.invalidateQueries({ queryKey: [tenant.slug, "tenant"] }),
  });
  return (
    <Stack gap="md" maw={620}>
      {reason && <Note tone="warn" title={reason} />}
      <ProblemNote error={change.error} />
      {SWITCHES.filter(({ name }) => typeof policy[name] === "boolean").map(
        ({ name, label, on, off }) => (
          <Switch
            key={name}
            size="sm"
            label={label}
            description={policy[name] === true ? on : off}
            checked={policy[name] === true}
            disabled={reason !== null}
            onChange={(event) => change.mutate({ [name]: event.currentTarget.checked })}
          />
        ),
      )}
      {Array.isArray(policy.always_on_runs) && (
        <AlwaysOnRuns
          tools={policy.always_on_runs}
          disabled={reason !== null}
          onSet={(tools) => change.mutate({ always_on_runs: tools })}
        />
      )}
      {NUMBERS.map((number) => (
        <Amount
          key={`${number.name}${String(policy[number.name])}`}
          {...number}
          value={policy[number.name]}
          disabled={reason !== null}
          onSet={(value) => change.mutate({ [number.name]: value })}
        />
      ))}
      <Select
        label="A second factor is asked of"
        description="Without one, a session can neither approve nor own; asked of everyone, it can do nothing."
        data={ASKED}
        value={policy.second_factor ?? "none"}
        disabled={reason !== null}
        allowDeselect={false}
        maw={420}
        size="sm"
        onChange={(value) => change.mutate({ second_factor: value })}
      />
      <Uncertain
        chosen={policy.uncertain}
        disabled={reason !== null}
        onSet={(uncertain) => change.mutate({ uncertain })}
      />
      <GateLevels
        levels={policy.gates}
        disabled={reason !== null}
        onSet={(gates) => change.mutate({ gates })}
      />
      <Limits disabled={reason !== null} onSet={(limits) => change.mutate({ limits })} />
    </Stack>
  );
}
