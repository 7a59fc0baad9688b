import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { finishReset } from "../../api/account/session";
import { Entrance } from "../../components/frame/Entrance";
import { SubmitForm } from "../../forms/SubmitForm";
import { secretField } from "../../forms/fields";
import { NewPasswordField } from "../../forms/personFields";
import { Note } from "../../ui/Note";

const route = getRouteApi("/reset-password/$token");

export default function ResetPage() {
  const { token } = route.useParams();
  const queries = useQueryClient();
  // Whoever was signed in here is not any more.
  const finish = useMutation({ mutationFn: finishReset, onSuccess: () => queries.clear() });
  return (
    <Entrance title="Choose a new password">
      <title>Choose a new password · Sealwright</title>
      {finish.isSuccess ? (
        <Note tone="good" title="Your password is changed.">
          Every browser was signed out. <Link to="/login">Log in</Link>
        </Note>
      ) : (
        <SubmitForm
          send={finish}
          read={(form) => ({ token, password: secretField(form, "password") })}
          submit="Change it"
          beside={["/password"]}
        >
          <NewPasswordField label="New password" error={finish.error} autoFocus />
        </SubmitForm>
      )}
    </Entrance>
  );
}
