import { Button, Group, SegmentedControl, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { VersionIn } from "../../api/generated/types.gen";
import { submitVersion } from "../../api/tools/versions";
import { Editor } from "../../components/code/Code";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";

type SubmitVersionProps = { name: string; initial: string; startedFrom: number | undefined };

const WAYS = [
  { value: "source", label: "Write it" },
  { value: "generate", label: "Have it generated" },
];

/** A version: a source as it stands, or instructions for a model to write one. */
export function SubmitVersion({ name, initial, startedFrom }: SubmitVersionProps) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [way, setWay] = useState("source");
  const [source, setSource] = useState(initial);
  const [instructions, setInstructions] = useState("");
  const submit = useMutation({
    mutationFn: (body: VersionIn) => submitVersion(tenant.slug, name, body),
    onSuccess: async (version) => {
      await queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] });
      await navigate({
        to: "/tenants/$tenant/tools/$name/versions/$number",
        params: { tenant: tenant.slug, name, number: String(version.number) },
      });
    },
  });
  const body: VersionIn = way === "source" ? { source } : { generate: { instructions: instructions.trim() } };
  return (
    <>
      <Panel
        bar={<SegmentedControl size="xs" aria-label="How" data={WAYS} value={way} onChange={setWay} />}
        aside={way === "source" && startedFrom && `starting from version ${startedFrom}`}
        flush
      >
        {way === "source" ? (
          <Editor initial={source} language="python" label="Source" onChange={setSource} minHeight="420px" />
        ) : (
          <Textarea
            p="md"
            label="Anything the spec does not say"
            description="The model reads the spec, its examples and these words; it never sees the hold-outs’ answers, nor any secret."
            placeholder="For example: round half to even; treat an empty list as a total of zero."
            autosize
            minRows={6}
            value={instructions}
            onChange={(event) => setInstructions(event.currentTarget.value)}
          />
        )}
      </Panel>
      <ProblemNote error={submit.error} />
      <Group justify="flex-end">
        <Button variant="filled" size="sm" loading={submit.isPending} onClick={() => submit.mutate(body)}>
          {way === "source" ? "Submit and check" : "Generate and check"}
        </Button>
      </Group>
    </>
  );
}
