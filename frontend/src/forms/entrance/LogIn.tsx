import { useMutation } from "@tanstack/react-query";
import {
  isSession,
  showSecondFactor,
  showSecondFactorByPasskey,
  signIn,
} from "../../api/account/session";
import type { SessionOut } from "../../api/generated/types.gen";
import { SubmitForm } from "../SubmitForm";
import { field, secretField } from "../fields";
import { EmailField, PasswordField } from "../personFields";
import { SecondFactor } from "./SecondFactor";
import { useEnter } from "./useEnter";

type LogInProps = { next: string | undefined; onAsked: (methods: string[]) => void };

const entered = (form: FormData) => ({
  email: field(form, "email"),
  password: secretField(form, "password"),
});

/** The first step; whoever has a second factor is asked for it by the page. */
export function LogIn({ next, onAsked }: LogInProps) {
  const enter = useEnter(next);
  const send = useMutation({
    mutationFn: signIn,
    onSuccess: (answer) => (isSession(answer) ? enter(answer) : onAsked(answer.second_factor)),
  });
  return (
    <SubmitForm send={send} read={entered} submit="Log in">
      <EmailField autoFocus />
      <PasswordField />
    </SubmitForm>
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
