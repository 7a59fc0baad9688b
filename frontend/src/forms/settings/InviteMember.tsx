import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { MemberIn } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { invite } from "../../api/settings/invitations";
import type { Role } from "../../api/settings/members";
import { ROLES } from "../../components/settings/roles";
import { useTenant } from "../../components/useTenant";
import { Note } from "../../ui/Note";
import { when } from "../../ui/format";
import { ShownOnce } from "../ShownOnce";
import { SubmitForm } from "../SubmitForm";
import { field } from "../fields";

const entered = (form: FormData): MemberIn => ({
  email: field(form, "email"),
  role: field(form, "role") as Role,
});

/** Makes a link that makes one address a member; shows it once. */
export function InviteMember({ onInvited }: { onInvited: () => Promise<void> }) {
  const { tenant } = useTenant();
  const send = useMutation({
    mutationFn: (body: MemberIn) => invite(tenant.slug, body),
    onSuccess: onInvited,
  });
  if (send.data && send.data.link === null) {
    return (
      <Stack gap="sm">
        <Note tone="good" title={`A letter with the invitation went to ${send.data.email}.`}>
          Its link works once, until {when(send.data.expires_at)}, and for this address only.
        </Note>
        <Group>
          <Button onClick={() => send.reset()}>Invite somebody else</Button>
        </Group>
      </Stack>
    );
  }
  if (send.data?.link) {
    return (
      <ShownOnce
        title={`The invitation of ${send.data.email} is made. Copy its link now: it is not shown again.`}
        label="Invitation link"
        value={send.data.link}
        onKept={() => send.reset()}
      >
        No mail is sent: pass the link on yourself. It works once, until {when(send.data.expires_at)}, and for this
        address only.
      </ShownOnce>
    );
  }
  return (
    <SubmitForm
      send={send}
      read={entered}
      submit="Make a link"
      reason={may(tenant, "members:manage")}
      layout="row"
    >
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
    </SubmitForm>
  );
}
