import { Button, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { askReset } from "../../api/account/session";
import { Entrance } from "../../components/frame/Entrance";
import { field } from "../../forms/fields";
import { Note, ProblemNote } from "../../ui/Note";

export default function ForgottenPage() {
  const ask = useMutation({ mutationFn: askReset });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    ask.mutate(field(new FormData(event.currentTarget), "email"));
  }
  return (
    <Entrance title="Choose a new password">
      <title>Choose a new password · Sealwright</title>
      {ask.data ? (
        <Note tone="good" title="Look into your mail.">
          {ask.data.detail}
        </Note>
      ) : (
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
            <ProblemNote error={ask.error} />
            <Button type="submit" variant="filled" size="sm" loading={ask.isPending}>
              Send me a letter
            </Button>
          </Stack>
        </form>
      )}
      <p>
        <Link to="/login">Back to the log-in</Link>
      </p>
    </Entrance>
  );
}
