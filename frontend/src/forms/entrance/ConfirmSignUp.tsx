import { useMutation } from "@tanstack/react-query";
import { confirmSignUp } from "../../api/account/session";
import { SubmitForm } from "../SubmitForm";
import { secretField } from "../fields";
import { GivenEmail, PasswordField } from "../personFields";
import { useEnter } from "./useEnter";

/** Answers the letter: the link and the password, together, are whoever signed up. */
export function ConfirmSignUp({ token, email }: { token: string; email: string }) {
  const enter = useEnter(undefined);
  const send = useMutation({ mutationFn: confirmSignUp, onSuccess: enter });
  return (
    <SubmitForm
      send={send}
      read={(form) => ({ token, password: secretField(form, "password") })}
      submit="Confirm"
    >
      <GivenEmail email={email} />
      <PasswordField
        description="The one that you chose when you signed up. If it was not you, close this page."
        autoFocus
      />
    </SubmitForm>
  );
}
