import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { signIn } from "../api/session";
import { ProblemNote } from "../ui/Note";
import { secretField, field } from "./fields";
import { useEnter } from "./useEnter";

export function LogIn({ next }: { next: string | undefined }) {
  const enter = useEnter(next);
  const send = useMutation({ mutationFn: signIn, onSuccess: enter });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    send.mutate({ email: field(form, "email"), password: secretField(form, "password") });
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="Email"
          name="email"
          type="email"
          autoComplete="username"
          required
          autoFocus
          withAsterisk={false}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
        />
        <ProblemNote error={send.error} />
        <Button type="submit" variant="filled" size="sm" loading={send.isPending}>
          Log in
        </Button>
      </Stack>
    </form>
  );
}
