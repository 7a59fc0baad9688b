import { Button, Group, SegmentedControl, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { ToolOut, VersionIn } from "../../api/generated/types.gen";
import { tryDraft } from "../../api/tools/tools";
import { submitVersion } from "../../api/tools/versions";
import { Editor } from "../../components/code/Code";
import { DraftNote } from "../../components/drafts/DraftNote";
import { Leaving } from "../../components/drafts/Leaving";
import { useDraft } from "../../components/drafts/useDraft";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { Beside } from "./Beside";
import { TriedDraft } from "./TriedDraft";
import styles from "./TriedDraft.module.css";

type SubmitVersionProps = { tool: ToolOut; initial: string; startedFrom: number | undefined };

const WAYS = [
  { value: "source", label: "Write it" },
  { value: "generate", label: "Have it generated" },
];

/** A version: a source as it stands, or instructions for a model to write one. */
export function SubmitVersion({ tool, initial, startedFrom }: SubmitVersionProps) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [way, setWay] = useState("source");
  const draft = useDraft(`source of ${tool.name}`, initial);
  const [instructions, setInstructions] = useState("");
  const submit = useMutation({
    mutationFn: (body: VersionIn) => submitVersion(tenant.slug, tool.name, body),
    onSuccess: async (version) => {
      draft.sent();
      await queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] });
      await navigate({
        to: "/tenants/$tenant/tools/$name/versions/$number",
        params: { tenant: tenant.slug, name: tool.name, number: String(version.number) },
      });
    },
  });
  const attempt = useMutation({ mutationFn: () => tryDraft(tenant.slug, tool.name, draft.text) });
  const isWritten = way === "source";
  const body: VersionIn = isWritten ? { source: draft.text } : { generate: { instructions: instructions.trim() } };
  return (
    <>
      <Leaving isChanged={draft.isChanged} />
      <DraftNote draft={draft} />
      <div className={styles.beside}>
        <Panel
          bar={<SegmentedControl size="xs" aria-label="How" data={WAYS} value={way} onChange={setWay} />}
          aside={isWritten && startedFrom && `starting from version ${startedFrom}`}
          flush
        >
          {isWritten ? (
            <Editor
              initial={draft.text}
              follows={draft.text}
              language="python"
              label="Source"
              onChange={draft.write}
              minHeight="420px"
            />
          ) : (
            <Instructions value={instructions} onChange={setInstructions} />
          )}
        </Panel>
        <Beside tool={tool} />
      </div>
      <ProblemNote error={submit.error ?? attempt.error} />
      <Group justify="flex-end">
        {isWritten && (
          <Button size="sm" variant="default" loading={attempt.isPending} onClick={() => attempt.mutate()}>
            Dry run
          </Button>
        )}
        <Button variant="filled" size="sm" loading={submit.isPending} onClick={() => submit.mutate(body)}>
          {isWritten ? "Submit and check" : "Generate and check"}
        </Button>
      </Group>
      {attempt.data && isWritten && <TriedDraft tried={attempt.data} />}
    </>
  );
}

function Instructions({ value, onChange }: { value: string; onChange: (next: string) => void }) {
  return (
    <Textarea
      p="md"
      label="Anything the spec does not say"
      description="The model reads the spec, its examples and these words; it never sees the hold-outs’ answers, nor any secret."
      placeholder="For example: round half to even; treat an empty list as a total of zero."
      autosize
      minRows={6}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
