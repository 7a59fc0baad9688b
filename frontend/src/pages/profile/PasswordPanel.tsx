import { useMutation, useQueryClient } from "@tanstack/react-query";
import { browsersQuery, changePassword } from "../../api/account/account";
import { SubmitForm } from "../../forms/SubmitForm";
import { secretField } from "../../forms/fields";
import { NewPasswordField, PasswordField } from "../../forms/personFields";
import { Note } from "../../ui/Note";
import { Panel } from "../../ui/Page";

const entered = (form: FormData) => ({
  current: secretField(form, "current"),
  password: secretField(form, "password"),
});

export function PasswordPanel() {
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: changePassword,
    onSuccess: () => queries.invalidateQueries({ queryKey: browsersQuery.queryKey }),
  });
  return (
    <Panel title="Password">
      <SubmitForm
        send={change}
        read={entered}
        submit="Change password"
        variant="default"
        layout="below"
        beside={["/current", "/password"]}
        resets
        maw={420}
      >
        <PasswordField name="current" label="Current password" error={change.error} />
        <NewPasswordField
          label="New password"
          description="At least 10 characters. Every other browser is signed out."
          error={change.error}
        />
        {change.isSuccess && <Note tone="good" title="Your password is changed." />}
      </SubmitForm>
    </Panel>
  );
}
