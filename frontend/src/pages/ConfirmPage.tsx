import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { pendingQuery } from "../api/session";
import { Gate } from "../components/Gate";
import { ConfirmSignUp } from "../forms/ConfirmSignUp";
import { ProblemNote } from "../ui/Note";

const route = getRouteApi("/confirm/$token");

export default function ConfirmPage() {
  const { token } = route.useParams();
  const pending = useQuery(pendingQuery(token));
  return (
    <Gate title="Confirm your address">
      <title>Confirm your address · Sealwright</title>
      <ProblemNote error={pending.error} />
      {pending.data && <ConfirmSignUp token={token} email={pending.data.email} />}
    </Gate>
  );
}
