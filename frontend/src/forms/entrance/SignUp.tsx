import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { isSession, signUp } from "../../api/account/session";
import { Note, ProblemNote } from "../../ui/Note";
import { secretField, field, fieldProblem, otherThan } from "../fields";
import { useEnter } from "./useEnter";

const PATHS = ["/name", "/email", "/password", "/tenant_name"];

export function SignUp({ next }: { next: string | undefined }) {
  const enter = useEnter(next);
  const send = useMutation({
    mutationFn: signUp,
    onSuccess: async (answer) => (isSession(answer) ? enter(answer) : undefined),
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    send.mutate({
      name: field(form, "name"),
      email: field(form, "email"),
      password: secretField(form, "password"),
      tenant_name: field(form, "tenant_name"),
    });
  }

  const problem = (path: string) => fieldProblem(send.error, path);
  if (send.data && !isSession(send.data)) {
    return (
      <Note tone="good" title="Look into your mail.">
        {send.data.detail} You enter the password that you have just chosen there.
      </Note>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="Your name"
          name="name"
          autoComplete="name"
          required
          autoFocus
          withAsterisk={false}
          error={problem("/name")}
        />
        <TextInput
          label="Email"
          name="email"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          error={problem("/email")}
        />
        <PasswordInput
          label="Password"
          description="At least 10 characters"
          name="password"
          autoComplete="new-password"
          minLength={10}
          required
          withAsterisk={false}
          error={problem("/password")}
        />
        <TextInput
          label="Organisation"
          description="Your tools, runs and members live in it"
          name="tenant_name"
          autoComplete="organization"
          required
          withAsterisk={false}
          error={problem("/tenant_name")}
        />
        <ProblemNote error={otherThan(send.error, PATHS)} />
        <Button type="submit" variant="filled" size="sm" loading={send.isPending}>
          Sign up
        </Button>
      </Stack>
    </form>
  );
}
