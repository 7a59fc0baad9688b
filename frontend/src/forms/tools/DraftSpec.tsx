import { Group, Stack, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { may } from "../../api/permissions";
import type { DraftOut } from "../../api/generated/types.gen";
import { tenantQuery } from "../../api/settings/tenant";
import { draftSpec } from "../../api/tools/tools";
import { useTenant } from "../../components/useTenant";
import { Note, ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";

/** A spec from a paragraph: a model proposes it, and the person goes on from there. */
export function DraftSpec({ onDraft }: { onDraft: (spec: Record<string, unknown>) => void }) {
  const { tenant } = useTenant();
  const [text, setText] = useState("");
  const draft = useMutation({
    mutationFn: () => draftSpec(tenant.slug, text.trim()),
    onSuccess: ({ spec }) => spec && onDraft(spec),
  });
  const { data: page } = useQuery(tenantQuery(tenant.slug));
  const nothing = text.trim() === "" ? "Say first what the tool is to do." : null;
  if (page?.generates === false) {
    return (
      <Note tone="busy" title="No model is configured here, so nothing is drafted from words">
        Write the spec below: it begins with one that works. Or let a{" "}
        <Link to="/tenants/$tenant/connect" params={{ tenant: tenant.slug }}>
          connected agent
        </Link>{" "}
        propose the tool. Whoever runs this server sets <code>ANTHROPIC_API_KEY</code> to have one write.
      </Note>
    );
  }
  return (
    <Stack gap="sm">
      <Textarea
        label="What should it do?"
        description="What it gets, what it answers, what it may reach, what must never happen."
        placeholder="For example: given an order’s lines, return the total in cents; refuse negative prices."
        autosize
        minRows={3}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group>
        <ReasonButton
          reason={may(tenant, "tools:author") ?? nothing}
          loading={draft.isPending}
          onClick={() => draft.mutate()}
        >
          Draft the spec
        </ReasonButton>
      </Group>
      <ProblemNote error={draft.error} />
      {draft.data && <Left draft={draft.data} />}
    </Stack>
  );
}

/** What the model could not know. */
function Left({ draft }: { draft: DraftOut }) {
  if (draft.questions.length === 0 && draft.problems.length === 0) {
    return <Note tone="good" title="The spec below is a draft: read it, change it, then submit it." />;
  }
  return (
    <Note tone="warn" title="The spec below is a draft. Before you submit it:">
      <ul>
        {draft.questions.map((question) => (
          <li key={question}>{question}</li>
        ))}
        {draft.problems.map((problem) => (
          <li key={`${problem.path}${problem.message}`}>
            <code>{problem.path || "/"}</code> {problem.message} {problem.hint}
          </li>
        ))}
      </ul>
    </Note>
  );
}
