import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import type { OfferOut } from "../../api/generated/types.gen";
import { acceptInvitation, signUpByInvitation } from "../../api/settings/invitations";
import { ProblemNote } from "../../ui/Note";
import { secretField, field, fieldProblem, otherThan } from "../fields";
import { useEnter } from "./useEnter";

const PATHS = ["/name", "/password"];

type JoinProps = { token: string; offer: OfferOut };

const place = (offer: OfferOut) => `/tenants/${offer.tenant}/tools`;

/** Accepts an invitation as whom one is signed in; `otherwise` is what to do when that does not count here. */
export function AcceptInvitation({ token, offer, otherwise }: JoinProps & { otherwise: ReactNode }) {
  const enter = useEnter(place(offer));
  const accept = useMutation({ mutationFn: () => acceptInvitation(token), onSuccess: enter });
  return (
    <Stack gap="sm">
      <ProblemNote error={accept.error} />
      {accept.isError && otherwise}
      <Button variant="filled" size="sm" loading={accept.isPending} onClick={() => accept.mutate()}>
        Join {offer.tenant_name}
      </Button>
    </Stack>
  );
}

/** Signs up whom an invitation is for: the address is given, and no tenant of their own is needed. */
export function SignUpByInvitation({ token, offer }: JoinProps) {
  const enter = useEnter(place(offer));
  const send = useMutation({
    mutationFn: (body: { name: string; password: string }) => signUpByInvitation(token, body),
    onSuccess: enter,
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    send.mutate({ name: field(form, "name"), password: secretField(form, "password") });
  }
  const problem = (path: string) => fieldProblem(send.error, path);
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {/* For password managers: whose password it is. */}
        <TextInput label="Email" type="email" autoComplete="username" value={offer.email} readOnly />
        <TextInput
          label="Your name"
          name="name"
          autoComplete="name"
          required
          autoFocus
          withAsterisk={false}
          error={problem("/name")}
        />
        <PasswordInput
          label="Password"
          description="At least 10 characters"
          name="password"
          autoComplete="new-password"
          minLength={10}
          required
          withAsterisk={false}
          error={problem("/password")}
        />
        <ProblemNote error={otherThan(send.error, PATHS)} />
        <Button type="submit" variant="filled" size="sm" loading={send.isPending}>
          Sign up and join
        </Button>
      </Stack>
    </form>
  );
}
