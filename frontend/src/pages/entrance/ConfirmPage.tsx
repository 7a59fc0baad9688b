import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { pendingQuery } from "../../api/account/session";
import { Entrance } from "../../components/frame/Entrance";
import { ConfirmSignUp } from "../../forms/entrance/ConfirmSignUp";
import { ProblemNote } from "../../ui/Note";

const route = getRouteApi("/confirm/$token");

export default function ConfirmPage() {
  const { token } = route.useParams();
  const pending = useQuery(pendingQuery(token));
  return (
    <Entrance title="Confirm your address">
      <title>Confirm your address · Sealwright</title>
      <ProblemNote error={pending.error} />
      {pending.data && <ConfirmSignUp token={token} email={pending.data.email} />}
    </Entrance>
  );
}
