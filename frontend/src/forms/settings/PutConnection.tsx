import { Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { may } from "../../api/permissions";
import { putConnection } from "../../api/settings/connections";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";
import { field, secretField } from "../fields";

/** Sets up a database, or changes where its name leads. */
export function PutConnection({ onPut }: { onPut: () => Promise<void> }) {
  const { tenant } = useTenant();
  const form = useRef<HTMLFormElement>(null);
  const put = useMutation({
    mutationFn: ({ name, url }: { name: string; url: string }) => putConnection(tenant.slug, name, url),
    onSuccess: async () => {
      form.current?.reset();
      await onPut();
    },
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const entered = new FormData(event.currentTarget);
    put.mutate({ name: field(entered, "name"), url: secretField(entered, "url").trim() });
  }
  return (
    <form ref={form} onSubmit={submit} autoComplete="off">
      <Stack gap="sm">
        <Group align="end" gap="sm">
          <TextInput label="Name" placeholder="crm" name="name" required withAsterisk={false} w={200} />
          <PasswordInput
            label="URL"
            placeholder="postgresql://USER:PASSWORD@HOST/DATABASE"
            name="url"
            autoComplete="new-password"
            required
            withAsterisk={false}
            w={420}
          />
          <ReasonButton
            type="submit"
            variant="filled"
            size="sm"
            reason={may(tenant, "secrets:manage")}
            loading={put.isPending}
          >
            Set
          </ReasonButton>
        </Group>
        <ProblemNote error={put.error} />
      </Stack>
    </form>
  );
}
