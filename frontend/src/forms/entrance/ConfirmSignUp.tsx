import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { confirmSignUp } from "../../api/account/session";
import { ProblemNote } from "../../ui/Note";
import { secretField } from "../fields";
import { useEnter } from "./useEnter";

/** Answers the letter: the link and the password, together, are whoever signed up. */
export function ConfirmSignUp({ token, email }: { token: string; email: string }) {
  const enter = useEnter(undefined);
  const send = useMutation({ mutationFn: confirmSignUp, onSuccess: enter });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    send.mutate({ token, password: secretField(new FormData(event.currentTarget), "password") });
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput label="Email" type="email" autoComplete="username" value={email} readOnly />
        <PasswordInput
          label="Password"
          description="The one that you chose when you signed up. If it was not you, close this page."
          name="password"
          autoComplete="current-password"
          required
          autoFocus
          withAsterisk={false}
        />
        <ProblemNote error={send.error} />
        <Button type="submit" variant="filled" size="sm" loading={send.isPending}>
          Confirm
        </Button>
      </Stack>
    </form>
  );
}
