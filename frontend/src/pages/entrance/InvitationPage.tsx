import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import type { OfferOut, SessionOut } from "../../api/generated/types.gen";
import { offerQuery } from "../../api/settings/invitations";
import { sessionQuery } from "../../api/account/session";
import { Entrance } from "../../components/frame/Entrance";
import { AcceptInvitation, SignUpByInvitation } from "../../forms/entrance/JoinTenant";
import { Note, ProblemNote } from "../../ui/Note";
import { Time } from "../../ui/Time";

const route = getRouteApi("/invitations/$token");

export default function InvitationPage() {
  const { token } = route.useParams();
  const offer = useQuery(offerQuery(token));
  const session = useQuery(sessionQuery);
  if (!offer.data) {
    return (
      <Entrance title="Invitation">
        <ProblemNote error={offer.error} />
      </Entrance>
    );
  }
  const { tenant_name: name, role, invited_by: by, email, expires_at: end } = offer.data;
  return (
    <Entrance title={`Join ${name}`}>
      <title>{`Join ${name} · Sealwright`}</title>
      <p>
        {by} invites {email} to {name}, as {role}. The link ends <Time iso={end} />.
      </p>
      <ProblemNote error={session.error} />
      {session.isSuccess && <Way token={token} offer={offer.data} session={session.data} />}
    </Entrance>
  );
}

type WayProps = { token: string; offer: OfferOut; session: SessionOut | null };

/** The way in for whoever this is: accept, log in first, or sign up. */
function Way({ token, offer, session }: WayProps) {
  const login = (
    <Link to="/login" search={{ next: `/invitations/${token}` }}>
      Log in as {offer.email}
    </Link>
  );
  const isTheirs = session?.user.email === offer.email;
  return (
    <Stack>
      {session && !isTheirs && (
        <Note tone="warn" title={`You are signed in as ${session.user.email}.`}>
          This invitation is for {offer.email}. Going on here signs that person in, in your place.
        </Note>
      )}
      {isTheirs ? (
        <AcceptInvitation token={token} offer={offer} otherwise={login} />
      ) : (
        <p>If there is an account with this address, {login} and come back here to accept. Else sign up here.</p>
      )}
      {/* Also for who is signed in by a company's provider, which counts in its own tenant only. */}
      <SignUpByInvitation token={token} offer={offer} />
    </Stack>
  );
}
