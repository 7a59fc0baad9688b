import { Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { may } from "../../api/permissions";
import { putSecret } from "../../api/settings/secrets";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";
import { field, secretField } from "../fields";

type Entered = { name: string; value: string; hosts: string[] };

const split = (text: string) => text.split(/[\s,]+/).filter(Boolean);

/** Sets a secret, or replaces its value. */
export function PutSecret({ onPut }: { onPut: () => Promise<void> }) {
  const { tenant } = useTenant();
  const form = useRef<HTMLFormElement>(null);
  const put = useMutation({
    mutationFn: ({ name, value, hosts }: Entered) => putSecret(tenant.slug, name, value, hosts),
    onSuccess: async () => {
      form.current?.reset();
      await onPut();
    },
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const entered = new FormData(event.currentTarget);
    put.mutate({
      name: field(entered, "name"),
      value: secretField(entered, "value"),
      hosts: split(field(entered, "hosts")),
    });
  }
  return (
    <form ref={form} onSubmit={submit} autoComplete="off">
      <Stack gap="sm">
        <Group align="end" gap="sm">
          <TextInput
            label="Name"
            placeholder="stripe_key"
            name="name"
            required
            withAsterisk={false}
            w={200}
          />
          <PasswordInput
            label="Value"
            name="value"
            autoComplete="new-password"
            required
            withAsterisk={false}
            w={280}
          />
          <TextInput
            label="Hosts it may be sent to"
            placeholder="api.stripe.com"
            name="hosts"
            required
            withAsterisk={false}
            w={280}
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
