import { Button, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { OfferOut } from "../../api/generated/types.gen";
import { acceptInvitation, signUpByInvitation } from "../../api/settings/invitations";
import { ProblemNote } from "../../ui/Note";
import { SubmitForm } from "../SubmitForm";
import { field, secretField } from "../fields";
import { GivenEmail, NameField, NewPasswordField } from "../personFields";
import { useEnter } from "./useEnter";

const BESIDE = ["/name", "/password"];

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
  return (
    <SubmitForm
      send={send}
      read={(form) => ({ name: field(form, "name"), password: secretField(form, "password") })}
      submit="Sign up and join"
      beside={BESIDE}
    >
      <GivenEmail email={offer.email} />
      <NameField error={send.error} autoFocus />
      <NewPasswordField error={send.error} />
    </SubmitForm>
  );
}
