import { Button, PasswordInput, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { finishReset } from "../../api/account/session";
import { Entrance } from "../../components/frame/Entrance";
import { fieldProblem, otherThan, secretField } from "../../forms/fields";
import { Note, ProblemNote } from "../../ui/Note";

const route = getRouteApi("/reset-password/$token");

export default function ResetPage() {
  const { token } = route.useParams();
  const queries = useQueryClient();
  // Whoever was signed in here is not any more.
  const finish = useMutation({ mutationFn: finishReset, onSuccess: () => queries.clear() });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    finish.mutate({ token, password: secretField(new FormData(event.currentTarget), "password") });
  }
  return (
    <Entrance title="Choose a new password">
      <title>Choose a new password · Sealwright</title>
      {finish.isSuccess ? (
        <Note tone="good" title="Your password is changed.">
          Every browser was signed out. <Link to="/login">Log in</Link>
        </Note>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <PasswordInput
              label="New password"
              description="At least 10 characters"
              name="password"
              autoComplete="new-password"
              minLength={10}
              required
              autoFocus
              withAsterisk={false}
              error={fieldProblem(finish.error, "/password")}
            />
            <ProblemNote error={otherThan(finish.error, ["/password"])} />
            <Button type="submit" variant="filled" size="sm" loading={finish.isPending}>
              Change it
            </Button>
          </Stack>
        </form>
      )}
    </Entrance>
  );
}
