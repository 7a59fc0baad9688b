import { Group, Select, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { may } from "../api/can";
import { type Role, addMember } from "../api/tenant";
import { useTenant } from "../components/useTenant";
import { ProblemNote } from "../ui/Note";
import { ReasonButton } from "../ui/ReasonButton";
import { field } from "./fields";

export const ROLES = [
  { value: "owner", label: "owner" },
  { value: "approver", label: "approver" },
  { value: "author", label: "author" },
  { value: "viewer", label: "viewer" },
];

/** Adds a person who has signed up already. */
export function AddMember({ onAdded }: { onAdded: () => Promise<void> }) {
  const { tenant } = useTenant();
  const form = useRef<HTMLFormElement>(null);
  const add = useMutation({
    mutationFn: (body: { email: string; role: Role }) => addMember(tenant.slug, body),
    onSuccess: async () => {
      form.current?.reset();
      await onAdded();
    },
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const entered = new FormData(event.currentTarget);
    add.mutate({ email: field(entered, "email"), role: field(entered, "role") as Role });
  }
  return (
    <form ref={form} onSubmit={submit}>
      <Stack gap="sm">
        <Group align="end" gap="sm">
          <TextInput
            label="Email they signed up with"
            name="email"
            type="email"
            required
            withAsterisk={false}
            w={280}
          />
          <Select label="Role" name="role" data={ROLES} defaultValue="author" w={140} />
          <ReasonButton
            type="submit"
            variant="filled"
            size="sm"
            reason={may(tenant, "members:manage")}
            loading={add.isPending}
          >
            Add
          </ReasonButton>
        </Group>
        <ProblemNote error={add.error} />
      </Stack>
    </form>
  );
}
