import type { ReactNode } from "react";
import { may } from "../../api/permissions";
import { useTenant } from "../../components/useTenant";
import { type Sending, SubmitForm } from "../SubmitForm";

type PutFormProps<Entered> = {
  send: Sending<Entered>;
  read: (form: FormData) => Entered;
  children: ReactNode;
};

/** One row that puts something sealed under a name, and is empty again after it. */
export function PutForm<Entered>({ send, read, children }: PutFormProps<Entered>) {
  const { tenant } = useTenant();
  return (
    <SubmitForm
      send={send}
      read={read}
      submit="Set"
      reason={may(tenant, "secrets:manage")}
      layout="row"
      resets
      autoComplete="off"
    >
      {children}
    </SubmitForm>
  );
}
