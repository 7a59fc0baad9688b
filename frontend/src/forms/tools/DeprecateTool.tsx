import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { may } from "../../api/permissions";
import { deprecateTool, undoDeprecation } from "../../api/tools/canaries";
import type { ToolOut } from "../../api/generated/types.gen";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";

type Props = { tool: ToolOut; reason: string | null };

/** What is served is the approvers' to speak of. */
function useReason({ tool, reason }: Props): string | null {
  const { tenant } = useTenant();
  return reason ?? (tool.live_version === null ? null : may(tenant, "versions:approve"));
}

export function DeprecateTool(props: Props) {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <ReasonButton reason={useReason(props)} onClick={open}>
        Deprecate
      </ReasonButton>
      <Modal opened={isOpen} onClose={close} title={`Deprecate ${props.tool.name}?`}>
        <Notice tool={props.tool} onClose={close} />
      </Modal>
    </>
  );
}

function Notice({ tool, onClose }: { tool: ToolOut; onClose: () => void }) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const [message, setMessage] = useState("");
  const [successor, setSuccessor] = useState("");
  const [end, setEnd] = useState("");
  const deprecate = useMutation({
    mutationFn: () =>
      deprecateTool(tenant.slug, tool.name, {
        message,
        replaced_by: successor.trim() || null,
        ends_at: end === "" ? null : new Date(end).toISOString(),
      }),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] });
    },
  });
  return (
    <Stack>
      <TextInput
        label="What callers are told"
        description="Stands before the tool’s description wherever agents read it. The tool works on."
        maxLength={500}
        data-autofocus
        value={message}
        onChange={(event) => setMessage(event.currentTarget.value)}
      />
      <TextInput
        label="Use instead (optional)"
        description="The name of another live tool."
        value={successor}
        onChange={(event) => setSuccessor(event.currentTarget.value)}
      />
      <TextInput
        label="Retire it at (optional)"
        description="In your own time zone. From then on it is retired by itself."
        type="datetime-local"
        value={end}
        onChange={(event) => setEnd(event.currentTarget.value)}
      />
      <ProblemNote error={deprecate.error} />
      <Group justify="flex-end">
        <Button onClick={onClose}>Cancel</Button>
        <ReasonButton
          variant="filled"
          reason={message.trim() === "" ? "Say why, and what to do instead." : null}
          loading={deprecate.isPending}
          onClick={() => deprecate.mutate()}
        >
          Deprecate
        </ReasonButton>
      </Group>
    </Stack>
  );
}

export function UndoDeprecation(props: Props) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const undo = useMutation({
    mutationFn: () => undoDeprecation(tenant.slug, props.tool.name),
    onSettled: () => queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] }),
  });
  return (
    <>
      <ReasonButton size="compact-xs" reason={useReason(props)} loading={undo.isPending} onClick={() => undo.mutate()}>
        Take the notice back
      </ReasonButton>
      <ProblemNote error={undo.error} />
    </>
  );
}
