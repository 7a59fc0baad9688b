import { Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { parse, stringify } from "yaml";
import { addOutsideCases, outsideCasesQuery, promiseQuery } from "../../api/tools/outsideCases";
import { versionsQuery } from "../../api/tools/versions";
import type { InvariantIn, ToolOut } from "../../api/generated/types.gen";
import { StateBadge } from "../../components/Badges";
import { Code } from "../../components/code/Code";
import { useTenant } from "../../components/useTenant";
import { Note, ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { SubmitForm } from "../SubmitForm";

const HOLDOUTS = "- arguments: {}\n  result: {}\n";

/** A list in YAML or JSON; a sentence where it is none. What stands in its entries the server reads. */
function readList(text: string): unknown[] | string {
  try {
    const found: unknown = text.trim() === "" ? [] : parse(text);
    return Array.isArray(found) ? (found as unknown[]) : "Write a list: each entry begins with a dash.";
  } catch (error) {
    return error instanceof Error ? (error.message.split("\n")[0] ?? "This cannot be read.") : "This cannot be read.";
  }
}

/** Cases by somebody who has not seen the source, from what the tool promises alone. */
export function OutsideCases({ tool }: { tool: ToolOut }) {
  const { tenant } = useTenant();
  const promise = useQuery(promiseQuery(tenant.slug, tool.name));
  return (
    <>
      {promise.error ? (
        <ProblemNote error={promise.error} />
      ) : (
        promise.data && (
          <>
            <Panel title="What it promises" aside="Its source stays hidden: once shown, you write no cases here" flush>
              <Code code={stringify(promise.data)} language="yaml" label={`What ${tool.name} promises`} />
            </Panel>
            <Panel title="Write cases">
              <WriteCases tool={tool} />
            </Panel>
          </>
        )
      )}
      <Written tool={tool} />
    </>
  );
}

function WriteCases({ tool }: { tool: ToolOut }) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const [cases, setCases] = useState(HOLDOUTS);
  const [always, setAlways] = useState("");
  const [holdouts, invariants] = [readList(cases), readList(always)];
  const add = useMutation({
    mutationFn: (body: { holdouts: unknown[]; always: InvariantIn[] }) =>
      addOutsideCases(tenant.slug, tool.name, body),
    onSuccess: async () => {
      setCases(HOLDOUTS);
      setAlways("");
      await queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] });
    },
  });
  const isRead = Array.isArray(holdouts) && Array.isArray(invariants);
  const isEmpty = isRead && holdouts.length + invariants.length === 0;
  const reason = isRead ? (isEmpty ? "Write a case, or what is always so." : null) : "Correct what cannot be read.";
  return (
    <SubmitForm
      send={add}
      submit="Send cases"
      layout="below"
      reason={reason}
      read={() => (isRead ? { holdouts, always: invariants as InvariantIn[] } : null)}
    >
      <Textarea
        label="Hold-outs and stories"
        description="A list, in YAML or JSON: arguments with the result or the error that must come of them; a story has calls."
        autosize
        minRows={5}
        value={cases}
        error={typeof holdouts === "string" ? holdouts : null}
        onChange={(event) => setCases(event.currentTarget.value)}
      />
      <Textarea
        label="Always so"
        description="A list of say and check: a sentence, and an expression over arguments, result, error and done."
        autosize
        minRows={3}
        value={always}
        error={typeof invariants === "string" ? invariants : null}
        onChange={(event) => setAlways(event.currentTarget.value)}
      />
      {add.isSuccess && <Note tone="good" title="They are kept. A version that waits is examined with them." />}
    </SubmitForm>
  );
}

/** Whose cases there are, and what they have found in the newest version. */
function Written({ tool }: { tool: ToolOut }) {
  const { tenant } = useTenant();
  const { data: written = [] } = useQuery(outsideCasesQuery(tenant.slug, tool.name));
  const { data: versions } = useQuery(versionsQuery(tenant.slug, tool.name));
  const newest = versions?.items[0];
  if (written.length === 0) {
    return null;
  }
  const found = newest?.findings.filter(
    (one) => one.message.includes("outside case") || one.gate === "invariants",
  );
  return (
    <Panel title="What they found" aside={newest && <StateBadge state={newest.state} />}>
      <ul>
        {written.map((one) => (
          <li key={one.id}>
            {one.author.label}: cases {one.numbers.holdouts ?? 0}, invariants {one.numbers.always ?? 0}
            {one.holds ? "" : "; the schemas have changed since, so they are not tried"}
          </li>
        ))}
      </ul>
      {found?.map((one) => <p key={one.message}>{one.message}</p>)}
      {found?.length === 0 && <p>Nothing in version {newest?.number}.</p>}
    </Panel>
  );
}
