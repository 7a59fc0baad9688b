import { Button, Group } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { ToolOut } from "../../api/generated/types.gen";
import { ApiError } from "../../api/problems";
import { Editor } from "../../components/code/Code";
import type { Mark } from "../../components/code/CodeEditor";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { marksOf, parseSpec } from "./specText";

type SpecFormProps = {
  initial: string;
  submitLabel: string;
  send: (spec: unknown) => Promise<ToolOut>;
  onSaved: (tool: ToolOut) => Promise<void>;
};

class Unparsable extends Error {}

/** A spec as YAML or JSON. The server checks it whole; each problem is shown where it is, and in a list. */
export function SpecForm({ initial, submitLabel, send, onSaved }: SpecFormProps) {
  const [text, setText] = useState(initial);
  const [marks, setMarks] = useState<Mark[]>([]);
  const save = useMutation({
    mutationFn: async () => {
      const { value, marks: found } = parseSpec(text);
      if (found.length > 0) {
        setMarks(found);
        throw new Unparsable(`This is not YAML or JSON: ${found[0]?.message ?? ""}`);
      }
      return send(value);
    },
    onSuccess: onSaved,
    onError: (error) => {
      if (error instanceof ApiError) {
        setMarks(marksOf(parseSpec(text).document, error.problems));
      }
    },
  });
  function change(next: string) {
    setText(next);
    setMarks((now) => (now.length === 0 ? now : []));
  }
  return (
    <>
      <ProblemNote error={save.error} />
      <Panel title="Spec" aside="YAML or JSON. Escape, then Tab, leaves the editor." flush>
        <Editor
          initial={initial}
          language="yaml"
          label="Spec"
          onChange={change}
          marks={marks}
          minHeight="420px"
        />
      </Panel>
      <Group justify="flex-end">
        <Button variant="filled" size="sm" loading={save.isPending} onClick={() => save.mutate()}>
          {submitLabel}
        </Button>
      </Group>
    </>
  );
}
