import { Button, Select, Stack, TextInput, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { decide } from "../../api/permissions";
import type { VersionOut } from "../../api/generated/types.gen";
import { ApiError } from "../../api/problems";
import { tenantQuery } from "../../api/settings/tenant";
import { toolQuery } from "../../api/tools/tools";
import { approveVersion, versionQuery } from "../../api/tools/versions";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";
import { words } from "../../ui/format";
import { AnswerGates, type Answers } from "../review/AnswerGates";
import styles from "./Decide.module.css";
import { OwnWork } from "./OwnWork";
import { Reject } from "../review/Reject";

/** A person's yes or no to exactly the digest on the page. */
export function Decide({ version }: { version: VersionOut }) {
  const { tenant, user } = useTenant();
  const queries = useQueryClient();
  const { data: page } = useQuery(tenantQuery(tenant.slug));
  const { data: tool } = useQuery(toolQuery(tenant.slug, version.tool));
  const [rejectedFor, setRejectedFor] = useState<string>();
  const [answers, setAnswers] = useState<Answers>({});
  const [typed, setTyped] = useState("");
  const [note, setNote] = useState("");
  const [chosen, setChosen] = useState<number>();
  // Without a version that serves the rest, there is nothing to share.
  const hasBaseline = tool != null && tool.live_version !== null;
  const percent = hasBaseline ? (chosen ?? page?.policy.canary_percent ?? 100) : 100;
  const can = decide(tenant, version, user.id, page?.policy.self_approval);
  const questions = version.findings.filter(({ severity }) => severity === "question");
  const isDestructive = version.spec.effects === "destructive";
  const unready = openReason(questions.length - Object.keys(answers).length, isDestructive && typed.trim() !== version.tool);
  const settle = async (now: VersionOut) => {
    queries.setQueryData(versionQuery(tenant.slug, version.tool, version.number).queryKey, now);
    await queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] });
    notifications.show({ message: `${now.tool} version ${now.number} is ${words(now.state)}.` });
  };
  const approve = useMutation({
    mutationFn: () =>
      approveVersion(tenant.slug, version, {
        canary_percent: percent,
        note: note.trim() || null,
        answers: Object.entries(answers).map(([question, answer]) => ({ question, answer })),
      }),
    onSuccess: settle,
  });

  function say(question: string, answer: string | undefined) {
    const { [question]: _, ...others } = answers;
    setAnswers(answer === undefined ? others : { ...others, [question]: answer });
  }
  if (rejectedFor !== undefined) {
    return (
      <Reject version={version} because={rejectedFor} onSettled={settle} onCancel={() => setRejectedFor(undefined)} />
    );
  }
  return (
    <Stack gap="xs">
      {can.approve === null && questions.length > 0 && (
        <AnswerGates
          questions={questions}
          answers={answers}
          onAnswer={say}
          onWrong={({ message }) => setRejectedFor(message)}
        />
      )}
      {can.approve === null && isDestructive && (
        <TextInput
          label={`Type ${version.tool} to approve it`}
          description="It may change or delete things for good."
          size="xs"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {can.approve === null && (
        <Textarea
          label="Note, if you want"
          size="xs"
          autosize
          maxRows={6}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
      )}
      {hasBaseline && can.approve === null && (
        <Share value={percent} live={tool.live_version ?? 0} onChange={setChosen} />
      )}
      <ReasonButton
        variant="filled"
        size="sm"
        fullWidth
        reason={can.approve ?? unready}
        loading={approve.isPending}
        onClick={() => approve.mutate()}
      >
        {percent === 100 ? "Approve and put live" : `Approve for ${percent} % of calls`}
      </ReasonButton>
      {can.approve === null && unready !== null && <p className={styles.reason}>{unready}</p>}
      <OwnWork version={version} />
      <ReasonButton size="sm" fullWidth reason={can.reject} onClick={() => setRejectedFor("")}>
        Reject
      </ReasonButton>
      <ProblemNote error={approve.error} />
      {approve.error instanceof ApiError && approve.error.code === "stale_digest" && (
        <Button
          onClick={() =>
            queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] }).then(() => approve.reset())
          }
        >
          Load what is there now
        </Button>
      )}
    </Stack>
  );
}

function openReason(open: number, isUntyped: boolean): string | null {
  if (open > 0) {
    return open === 1 ? "One question of the gates is not answered yet." : `${open} questions of the gates are not answered yet.`;
  }
  return isUntyped ? "Type the tool’s name first: what it does cannot be undone." : null;
}

const SHARES = [100, 1, 5, 10, 25, 50];

/** All calls at once, or a canary first. */
function Share({ value, live, onChange }: { value: number; live: number; onChange: (share: number) => void }) {
  const shares = [...new Set([...SHARES, value])];
  return (
    <Select
      label="Calls it serves at first"
      description={
        value === 100
          ? undefined
          : `Version ${live} serves the rest. If this one fails more often, it is taken back by itself.`
      }
      size="xs"
      data={shares.map((share) => ({
        value: String(share),
        label: share === 100 ? "All of them, at once" : `${share} %, as a canary`,
      }))}
      value={String(value)}
      allowDeselect={false}
      onChange={(share) => share && onChange(Number(share))}
    />
  );
}
