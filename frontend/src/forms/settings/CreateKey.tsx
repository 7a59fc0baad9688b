import { Button, Checkbox, Group, Select, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { may } from "../../api/permissions";
import { createKey } from "../../api/settings/keys";
import { useTenant } from "../../components/useTenant";
import { CopyLine } from "../../ui/Copy";
import { Note, ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";
import { field } from "../fields";

// SCOPE_PERMISSIONS in tenants/access.py, in a person's words.
const SCOPES = [
  { value: "tools:call", label: "Call tools" },
  { value: "runs:read", label: "Read runs" },
  { value: "tools:author", label: "Propose and revise tools" },
  { value: "data:write", label: "Write files", description: "Approved tools act on what they read there" },
  {
    value: "versions:approve",
    label: "Approve versions",
    description: "Code then goes live with no person looking at it",
  },
];

const LIVES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "a year" },
  { value: "", label: "until revoked" },
];

const DAY_MS = 86_400_000;
const inDays = (days: string) => (days ? new Date(Date.now() + Number(days) * DAY_MS).toISOString() : null);

export function CreateKey({ onCreated }: { onCreated: () => Promise<void> }) {
  const { tenant } = useTenant();
  const [scopes, setScopes] = useState(["tools:call", "runs:read"]);
  const create = useMutation({
    mutationFn: (body: Parameters<typeof createKey>[1]) => createKey(tenant.slug, body),
    onSuccess: onCreated,
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const entered = new FormData(event.currentTarget);
    create.mutate({ name: field(entered, "name"), scopes, expires_at: inDays(field(entered, "lives")) });
  }
  if (create.data) {
    return (
      <Stack gap="sm">
        <Note
          tone="good"
          title={`The key “${create.data.name}” is made. Copy it now: it is not shown again.`}
        />
        <CopyLine label="API key" value={create.data.token} />
        <Group>
          <Button onClick={() => create.reset()}>I have copied it</Button>
        </Group>
      </Stack>
    );
  }
  const nothing = scopes.length === 0 ? "Choose at least one thing that the key may do." : null;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Group align="end" gap="sm">
          <TextInput
            label="Name"
            placeholder="What will use it"
            name="name"
            required
            withAsterisk={false}
            w={280}
          />
          <Select label="Valid for" name="lives" data={LIVES} defaultValue="90" w={140} />
        </Group>
        <Checkbox.Group label="It may" size="sm" value={scopes} onChange={setScopes}>
          <Stack gap={6} mt={4}>
            {SCOPES.map((scope) => {
              const reason = may(tenant, scope.value);
              return (
                <Checkbox
                  key={scope.value}
                  size="sm"
                  value={scope.value}
                  label={scope.label}
                  disabled={reason !== null}
                  description={reason ?? scope.description}
                />
              );
            })}
          </Stack>
        </Checkbox.Group>
        <ProblemNote error={create.error} />
        <Group>
          <ReasonButton
            type="submit"
            variant="filled"
            size="sm"
            reason={may(tenant, "keys:manage") ?? nothing}
            loading={create.isPending}
          >
            Make key
          </ReasonButton>
        </Group>
      </Stack>
    </form>
  );
}
