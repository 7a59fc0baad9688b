import { Group, SegmentedControl, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isFields } from "../../api/fields.ts";
import { call } from "../../api/permissions";
import type { ToolOut } from "../../api/generated/types.gen";
import { startRun } from "../../api/runs/runs";
import { Editor } from "../../components/code/Code";
import { useTenant } from "../../components/useTenant";
import { Note, ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { versionFactsQuery } from "../../api/tools/versions";
import { ArgumentFields } from "./ArgumentFields";
import styles from "./CallTool.module.css";
import { Came } from "./Came";
import { problemsOf } from "./schemaProblems";

const WAYS = [
  { value: "form", label: "Form" },
  { value: "json", label: "JSON" },
];

type Arguments = Record<string, unknown>;

function parsed(text: string): Arguments | string {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : "The arguments are a JSON object.";
  } catch (error) {
    return error instanceof Error ? error.message : "This is not JSON.";
  }
}

const shown = (args: unknown) => JSON.stringify(args, null, 2);

/** A live tool called by hand. The run is a real one: its effects happen, and what came of it stands below. */
export function CallTool({ tool, initial, from }: { tool: ToolOut; initial: unknown; from: string }) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const [runId, setRunId] = useState<string>();
  const [way, setWay] = useState("form");
  const [text, setText] = useState(() => shown(initial));
  const [brokenField, setBrokenField] = useState<string | null>(null);
  const args = parsed(text);
  const isBroken = typeof args === "string";
  // What serves is what is called; its spec may be older than the one that the next version is for.
  const { data: live } = useQuery({
    ...versionFactsQuery(tenant.slug, tool.name, tool.live_version ?? 0),
    enabled: tool.live_version !== null,
  });
  const schema = (live?.spec ?? tool.spec).input_schema;
  const problems = isBroken ? [] : problemsOf(schema, args);
  function change(next: string) {
    setWay(next);
    setBrokenField(null); // a field that was broken starts again from the last value that was whole
  }
  const start = useMutation({
    mutationFn: (given: Arguments) => startRun(tenant.slug, tool.name, given),
    onSuccess: async (run) => {
      setRunId(run.id);
      await queries.invalidateQueries({ queryKey: [tenant.slug, "runs"] });
    },
  });
  return (
    <Stack maw={900}>
      <Panel
        bar={
          <SegmentedControl size="xs" aria-label="Arguments as" data={WAYS} value={way} onChange={change} />
        }
        aside={`Filled in from ${from}`}
        flush={way === "json"}
      >
        {way === "json" && <Editor initial={text} language="json" label="Arguments" onChange={setText} />}
        {way === "form" && isBroken && <ProblemNote error={new Error(`The JSON does not parse: ${args}`)} />}
        {way === "form" && !isBroken && (
          <ArgumentFields
            schema={schema}
            problems={problems}
            value={args}
            onChange={(next) => setText(shown(next))}
            onBroken={setBrokenField}
          />
        )}
      </Panel>
      {way === "json" && problems.length > 0 && (
        <Note tone="warn" title="These arguments do not fit the tool yet.">
          <ul className={styles.problems}>
            {problems.slice(0, 10).map(({ path, message }) => (
              <li key={`${path}${message}`}>
                <code>{path || "/"}</code> {message}
              </li>
            ))}
          </ul>
        </Note>
      )}
      <ProblemNote error={start.error} />
      <Group justify="flex-end">
        <ReasonButton
          variant="filled"
          size="sm"
          loading={start.isPending}
          reason={
            call(tenant, tool.live_version) ??
            (isBroken ? args : null) ??
            (brokenField && `${brokenField} is not JSON yet.`) ??
            (problems[0] ? `${problems[0].path.slice(1) || "The whole"}: ${problems[0].message}` : null)
          }
          onClick={() => !isBroken && start.mutate(args)}
        >
          Call {tool.name}
        </ReasonButton>
      </Group>
      {runId && <Came key={runId} runId={runId} />}
    </Stack>
  );
}
