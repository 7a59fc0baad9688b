import { Group, Stack, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { may } from "../../api/permissions";
import type { Permission, QuestionOut } from "../../api/generated/types.gen";
import { answerQuestion } from "../../api/runs/journal";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { AskButton } from "../../ui/dialogs/AskButton";

// Who may answer what is asked of whom: _ANSWERS in tenants/runs/suspensions.py. The server has the last word.
const NEEDED: Record<QuestionOut["asked_of"], Permission> = {
  approver: "versions:approve",
  owner: "tenant:manage",
  caller: "tools:call",
};

const GOES_ON = "The run goes on with it at once, and the answer cannot be changed.";

export function AnswerQuestion({ question }: { question: QuestionOut }) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const [comment, setComment] = useState("");
  const reason = may(tenant, NEEDED[question.asked_of]);
  const answer = useMutation({
    mutationFn: (approved: boolean) =>
      answerQuestion(tenant.slug, question.id, { approved, comment: comment.trim() }),
    onSettled: () => queries.invalidateQueries({ queryKey: [tenant.slug] }),
  });
  const isSaying = (approved: boolean) => answer.isPending && answer.variables === approved;
  return (
    <Stack gap="xs">
      <Textarea
        label="Comment"
        description="The tool gets it with your answer."
        autosize
        minRows={1}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <ProblemNote error={answer.error} />
      <Group gap="xs">
        <AskButton
          variant="filled"
          reason={reason}
          loading={isSaying(true)}
          question={{ title: "Answer yes?", what: GOES_ON, yes: "Answer yes", isHarmless: true }}
          onYes={() => answer.mutate(true)}
        >
          Yes
        </AskButton>
        <AskButton
          reason={reason}
          loading={isSaying(false)}
          question={{ title: "Answer no?", what: GOES_ON, yes: "Answer no" }}
          onYes={() => answer.mutate(false)}
        >
          No
        </AskButton>
      </Group>
    </Stack>
  );
}
