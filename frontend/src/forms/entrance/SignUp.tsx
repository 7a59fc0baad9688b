import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { isSession, signUp } from "../../api/account/session";
import { Note } from "../../ui/Note";
import { SubmitForm } from "../SubmitForm";
import { field, fieldProblem, secretField } from "../fields";
import { EmailField, NameField, NewPasswordField } from "../personFields";
import { useEnter } from "./useEnter";

const BESIDE = ["/name", "/email", "/password", "/tenant_name"];

const entered = (form: FormData) => ({
  name: field(form, "name"),
  email: field(form, "email"),
  password: secretField(form, "password"),
  tenant_name: field(form, "tenant_name"),
});

export function SignUp({ next }: { next: string | undefined }) {
  const enter = useEnter(next);
  const send = useMutation({
    mutationFn: signUp,
    onSuccess: async (answer) => (isSession(answer) ? enter(answer) : undefined),
  });
  if (send.data && !isSession(send.data)) {
    return (
      <Note tone="good" title="Look into your mail.">
        {send.data.detail} You enter the password that you have just chosen there.
      </Note>
    );
  }
  return (
    <SubmitForm send={send} read={entered} submit="Sign up" beside={BESIDE}>
      <NameField error={send.error} autoFocus />
      <EmailField error={send.error} />
      <NewPasswordField error={send.error} />
      <TextInput
        label="Organisation"
        description="Your tools, runs and members live in it"
        name="tenant_name"
        autoComplete="organization"
        required
        withAsterisk={false}
        error={fieldProblem(send.error, "/tenant_name")}
      />
    </SubmitForm>
  );
}
