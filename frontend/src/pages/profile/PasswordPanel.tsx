import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { browsersQuery, changePassword } from "../../api/account/account";
import { fieldProblem, otherThan, secretField } from "../../forms/fields";
import { Note, ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";

export function PasswordPanel() {
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: changePassword,
    onSuccess: () => queries.invalidateQueries({ queryKey: browsersQuery.queryKey }),
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const entered = new FormData(form);
    change.mutate(
      { current: secretField(entered, "current"), password: secretField(entered, "password") },
      { onSuccess: () => form.reset() },
    );
  }
  return (
    <Panel title="Password">
      <form onSubmit={submit}>
        <Stack gap="sm" maw={420}>
          <PasswordInput
            label="Current password"
            name="current"
            autoComplete="current-password"
            required
            withAsterisk={false}
            error={fieldProblem(change.error, "/current")}
          />
          <PasswordInput
            label="New password"
            description="At least 10 characters. Every other browser is signed out."
            name="password"
            autoComplete="new-password"
            minLength={10}
            required
            withAsterisk={false}
            error={fieldProblem(change.error, "/password")}
          />
          <ProblemNote error={otherThan(change.error, ["/current", "/password"])} />
          {change.isSuccess && <Note tone="good" title="Your password is changed." />}
          <Group>
            <Button type="submit" size="sm" loading={change.isPending}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}
