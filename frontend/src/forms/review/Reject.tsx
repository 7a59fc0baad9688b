import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { VersionOut } from "../../api/generated/types.gen";
import { rejectVersion } from "../../api/tools/versions";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";

type RejectProps = {
  version: VersionOut;
  /** What it begins with: a question of a gate that was answered with no. */
  because: string;
  onSettled: (now: VersionOut) => Promise<void>;
  onCancel: () => void;
};

/** A no, with the reason that reaches the author: on this page, and as the tool's status for an agent. */
export function Reject({ version, because, onSettled, onCancel }: RejectProps) {
  const { tenant } = useTenant();
  const [reason, setReason] = useState(because);
  const reject = useMutation({
    mutationFn: () => rejectVersion(tenant.slug, version.tool, version.number, reason.trim()),
    onSuccess: onSettled,
  });
  return (
    <Stack gap="xs">
      <Textarea
        label="Why not?"
        description="The author, agent or person, reads this and answers with a new version."
        autosize
        minRows={3}
        maxRows={14}
        autoFocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <ProblemNote error={reject.error} />
      <Group gap="xs" grow>
        <Button onClick={onCancel}>Cancel</Button>
        <ReasonButton
          variant="filled"
          color="red"
          reason={reason.trim() === "" ? "Say why: the author cannot guess it." : null}
          loading={reject.isPending}
          onClick={() => reject.mutate()}
        >
          Reject version
        </ReasonButton>
      </Group>
    </Stack>
  );
}
