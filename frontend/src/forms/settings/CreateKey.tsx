import { Checkbox, Group, Select, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Permission } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { createKey } from "../../api/settings/keys";
import { useTenant } from "../../components/useTenant";
import { ShownOnce } from "../ShownOnce";
import { SubmitForm } from "../SubmitForm";
import { field } from "../fields";

type Scope = { value: Permission; label: string; description?: string };

// SCOPE_PERMISSIONS in tenants/rights/access.py, in a person's words.
const SCOPES: Scope[] = [
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
  if (create.data) {
    return (
      <ShownOnce
        title={`The key “${create.data.name}” is made. Copy it now: it is not shown again.`}
        label="API key"
        value={create.data.token}
        onKept={() => create.reset()}
      />
    );
  }
  const nothing = scopes.length === 0 ? "Choose at least one thing that the key may do." : null;
  return (
    <SubmitForm
      send={create}
      read={(form) => ({ name: field(form, "name"), scopes, expires_at: inDays(field(form, "lives")) })}
      submit="Make key"
      reason={may(tenant, "keys:manage") ?? nothing}
      layout="below"
    >
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
    </SubmitForm>
  );
}
