import { Button, Group } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { type Fields, isFields } from "../../api/fields.ts";
import type { ToolOut } from "../../api/generated/types.gen";
import { ApiError } from "../../api/problems";
import { specSchemaQuery } from "../../api/tools/tools";
import { Editor } from "../../components/code/Code";
import type { Mark } from "../../components/code/CodeEditor";
import { DraftNote } from "../../components/drafts/DraftNote";
import { Leaving } from "../../components/drafts/Leaving";
import { useDraft } from "../../components/drafts/useDraft";
import { Note, ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { problemsOf } from "../schema/problems";
import { useBroken } from "../schema/useBroken";
import styles from "./SpecForm.module.css";
import { SpecParts } from "./SpecParts";
import { formOf } from "./specSchema";
import { marksOf, parseSpec, withValue } from "./specText";

type SpecFormProps = {
  /** What the draft is of: a tool's name, or that there is none yet. */
  of: string;
  initial: string;
  submitLabel: string;
  send: (spec: unknown) => Promise<ToolOut>;
  onSaved: (tool: ToolOut) => Promise<void>;
};

const NO_MARKS: Mark[] = [];

/** A spec as a form and as text, in step, held against the published schema while it is written. */
export function SpecForm({ of, initial, submitLabel, send, onSaved }: SpecFormProps) {
  const draft = useDraft(`spec ${of}`, initial);
  const { data: published } = useQuery(specSchemaQuery);
  const [told, setTold] = useState(NO_MARKS);
  const [broken, setBroken] = useBroken();
  const { value, marks } = useMemo(() => parseSpec(draft.text), [draft.text]);
  const schema = useMemo(() => published && isFields(value) && formOf(published, value), [published, value]);
  const problems = useMemo(() => (published && value !== undefined ? problemsOf(published, value) : []), [published, value]);
  const shown = useMemo(
    () => (marks.length > 0 ? marks : [...marksOf(parseSpec(draft.text).document, problems), ...told]),
    [draft.text, marks, problems, told],
  );
  const save = useMutation({
    mutationFn: () => send(value),
    onSuccess: async (tool) => {
      draft.sent();
      await onSaved(tool);
    },
    onError: (error) => {
      if (error instanceof ApiError) {
        setTold(marksOf(parseSpec(draft.text).document, error.problems));
      }
    },
  });
  function change(next: string) {
    draft.write(next);
    setTold(NO_MARKS);
  }
  const state = marks.length > 0 ? `This is not YAML or JSON: ${marks[0]?.message ?? ""}` : sentenceOf(problems.length);
  return (
    <>
      <Leaving isChanged={draft.isChanged} />
      <DraftNote draft={draft} />
      <ProblemNote error={save.error} />
      <div className={styles.ways}>
        <Panel title="Form" aside={<span role="status">{state}</span>} flush>
          {schema && isFields(value) ? (
            <SpecParts
              schema={schema}
              value={value}
              problems={problems}
              onChange={(next: Fields) => change(withValue(draft.text, next))}
              onBroken={setBroken}
            />
          ) : (
            <Note tone="warn" title="The form comes back once the text can be read." />
          )}
        </Panel>
        <Panel title="Text" aside="YAML or JSON. Escape, then Tab, leaves the editor." flush>
          <Editor
            initial={draft.text}
            follows={draft.text}
            language="yaml"
            label="Spec"
            onChange={change}
            marks={shown}
            minHeight="420px"
          />
        </Panel>
      </div>
      <Group justify="flex-end">
        {broken !== null && <span role="status">{broken} is not JSON yet.</span>}
        <Button
          variant="filled"
          size="sm"
          disabled={marks.length > 0 || broken !== null}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          {submitLabel}
        </Button>
      </Group>
    </>
  );
}

const sentenceOf = (count: number) =>
  count === 0 ? "fits the schema of specs" : count === 1 ? "One thing to put right" : `${count} things to put right`;
