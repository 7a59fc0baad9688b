import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import type { SessionOut } from "../../api/generated/types.gen";
import { isSession, showSecondFactor, showSecondFactorByPasskey, signIn } from "../../api/account/session";
import { ProblemNote } from "../../ui/Note";
import { SecondFactor } from "./SecondFactor";
import { secretField, field } from "../fields";
import { useEnter } from "./useEnter";

type LogInProps = { next: string | undefined; onAsked: (methods: string[]) => void };

/** The first step; whoever has a second factor is asked for it by the page. */
export function LogIn({ next, onAsked }: LogInProps) {
  const enter = useEnter(next);
  const send = useMutation({
    mutationFn: signIn,
    onSuccess: (answer) => (isSession(answer) ? enter(answer) : onAsked(answer.second_factor)),
  });

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

/** The second step of who has shown the first. */
export function ShowSecondFactor({ next, methods }: { next: string | undefined; methods: string[] }) {
  const enter = useEnter(next);
  return (
    <SecondFactor<SessionOut>
      methods={methods}
      onCode={showSecondFactor}
      onPasskey={showSecondFactorByPasskey}
      onShown={enter}
    />
  );
}
