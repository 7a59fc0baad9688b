import { Group } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { isFields } from "../../api/fields.ts";
import { call } from "../../api/permissions";
import type { ToolOut } from "../../api/generated/types.gen";
import { startRun } from "../../api/runs/runs";
import { Editor } from "../../components/code/Code";
import type { Mark } from "../../components/code/CodeEditor";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { versionFactsQuery } from "../../api/tools/versions";
import { SchemaForm } from "../schema/SchemaForm";
import { type Problem, problemsOf } from "../schema/problems";
import { marksOf, parseSpec } from "../spec/specText";
import { useBroken } from "../schema/useBroken";
import styles from "./CallTool.module.css";
import { Came } from "./Came";

type Arguments = Record<string, unknown>;

function parsed(text: string): Arguments | string {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : "The arguments are a JSON object.";
  } catch (error) {
    return error instanceof Error ? error.message : "This is not JSON.";
  }
}

/** What does not fit, and where in the text it stands. */
function foundIn(schema: unknown, text: string): { problems: Problem[]; marks: Mark[] } {
  const args = parsed(text);
  const problems = typeof args === "string" ? [] : problemsOf(schema, args);
  return { problems, marks: marksOf(parseSpec(text).document, problems) };
}

const shown = (args: unknown) => JSON.stringify(args, null, 2);

/** A live tool called by hand. The run is a real one: its effects happen, and what came of it stands below. */
export function CallTool({ tool, initial, from }: { tool: ToolOut; initial: unknown; from: string }) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const [runId, setRunId] = useState<string>();
  const [text, setText] = useState(() => shown(initial));
  const [broken, setBroken] = useBroken();
  const args = parsed(text);
  const isBroken = typeof args === "string";
  // What serves is what is called; its spec may be older than the one that the next version is for.
  const { data: live } = useQuery({
    ...versionFactsQuery(tenant.slug, tool.name, tool.live_version ?? 0),
    enabled: tool.live_version !== null,
  });
  const schema = (live?.spec ?? tool.spec).input_schema;
  const { problems, marks } = useMemo(() => foundIn(schema, text), [schema, text]);
  const start = useMutation({
    mutationFn: (given: Arguments) => startRun(tenant.slug, tool.name, given),
    onSuccess: async (run) => {
      setRunId(run.id);
      await queries.invalidateQueries({ queryKey: [tenant.slug, "runs"] });
    },
  });
  return (
    <>
      <div className={styles.ways}>
        <Panel title="Arguments" aside={`Filled in from ${from}`}>
          {isBroken ? (
            <ProblemNote error={new Error(`The JSON does not parse: ${args}`)} />
          ) : (
            <SchemaForm
              schema={schema}
              problems={problems}
              value={args}
              onChange={(next) => setText(shown(next))}
              onBroken={setBroken}
              empty="This tool takes no arguments."
            />
          )}
        </Panel>
        <Panel title="As JSON" aside={<Fit isBroken={isBroken} problems={problems} />} flush>
          <Editor initial={text} follows={text} language="json" label="Arguments as JSON" onChange={setText} marks={marks} />
        </Panel>
      </div>
      <ProblemNote error={start.error} />
      <Group justify="flex-end">
        <ReasonButton
          variant="filled"
          size="sm"
          loading={start.isPending}
          reason={
            call(tenant, tool.live_version) ??
            (isBroken ? args : null) ??
            (broken === null ? null : `${broken.slice(1)} is not JSON yet.`) ??
            (problems[0] ? `${problems[0].path.slice(1) || "The whole"}: ${problems[0].message}` : null)
          }
          onClick={() => !isBroken && start.mutate(args)}
        >
          Call {tool.name}
        </ReasonButton>
      </Group>
      {runId && <Came key={runId} runId={runId} />}
    </>
  );
}

/** Whether the arguments can be sent as they are, said while they are typed. */
function Fit({ isBroken, problems }: { isBroken: boolean; problems: Problem[] }) {
  if (isBroken) {
    return <span role="status">not JSON yet</span>;
  }
  const left = problems.length === 1 ? "One thing does not fit yet" : `${problems.length} things do not fit yet`;
  return <span role="status">{problems.length > 0 ? left : "fits the tool"}</span>;
}
