import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { askReset } from "../../api/account/session";
import { Entrance } from "../../components/frame/Entrance";
import { SubmitForm } from "../../forms/SubmitForm";
import { field } from "../../forms/fields";
import { EmailField } from "../../forms/personFields";
import { Note } from "../../ui/Note";

export default function ForgottenPage() {
  const ask = useMutation({ mutationFn: askReset });
  return (
    <Entrance title="Choose a new password">
      <title>Choose a new password · Sealwright</title>
      {ask.data ? (
        <Note tone="good" title="Look into your mail.">
          {ask.data.detail}
        </Note>
      ) : (
        <SubmitForm send={ask} read={(form) => field(form, "email")} submit="Send me a letter">
          <EmailField autoFocus />
        </SubmitForm>
      )}
      <p>
        <Link to="/login">Back to the log-in</Link>
      </p>
    </Entrance>
  );
}
