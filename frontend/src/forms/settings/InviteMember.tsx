import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { may } from "../../api/permissions";
import type { MemberIn } from "../../api/generated/types.gen";
import { invite } from "../../api/settings/invitations";
import type { Role } from "../../api/settings/members";
import { useTenant } from "../../components/useTenant";
import { CopyLine } from "../../ui/Copy";
import { Note, ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";
import { field } from "../fields";

export const ROLES = [
  { value: "owner", label: "owner" },
  { value: "approver", label: "approver" },
  { value: "author", label: "author" },
  { value: "viewer", label: "viewer" },
];

/** Makes a link that makes one address a member; shows it once. */
export function InviteMember({ onInvited }: { onInvited: () => Promise<void> }) {
  const { tenant } = useTenant();
  const send = useMutation({
    mutationFn: (body: MemberIn) => invite(tenant.slug, body),
    onSuccess: onInvited,
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const entered = new FormData(event.currentTarget);
    send.mutate({ email: field(entered, "email"), role: field(entered, "role") as Role });
  }
  if (send.data && send.data.link === null) {
    return (
      <Stack gap="sm">
        <Note tone="good" title={`A letter with the invitation went to ${send.data.email}.`}>
          Its link works once, for 7 days, and for this address only.
        </Note>
        <Group>
          <Button onClick={() => send.reset()}>Invite somebody else</Button>
        </Group>
      </Stack>
    );
  }
  if (send.data?.link) {
    return (
      <Stack gap="sm">
        <Note tone="good" title={`The invitation of ${send.data.email} is made. Copy its link now: it is not shown again.`}>
          No mail is sent: pass the link on yourself. It works once, for 7 days, and for this address only.
        </Note>
        <CopyLine label="Invitation link" value={send.data.link} />
        <Group>
          <Button onClick={() => send.reset()}>I have copied it</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Group align="end" gap="sm">
          <TextInput
            label="Email of whom you invite"
            name="email"
            type="email"
            autoComplete="off"
            required
            withAsterisk={false}
            w={280}
          />
          <Select label="They become" name="role" data={ROLES} defaultValue="author" allowDeselect={false} w={140} />
          <ReasonButton
            type="submit"
            variant="filled"
            size="sm"
            reason={may(tenant, "members:manage")}
            loading={send.isPending}
          >
            Make a link
          </ReasonButton>
        </Group>
        <ProblemNote error={send.error} />
      </Stack>
    </form>
  );
}
