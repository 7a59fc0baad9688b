import { Modal, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { accountQuery, reauthenticate, reauthenticateByPasskey } from "../../api/account/account";
import type { AccountOut } from "../../api/generated/types.gen";
import { SecondFactor } from "../../forms/entrance/SecondFactor";
import { SubmitForm } from "../../forms/SubmitForm";
import { secretField } from "../../forms/fields";
import { PasswordField } from "../../forms/personFields";

const isFresh = (account: AccountOut) =>
  account.fresh_until !== null && new Date(account.fresh_until).getTime() > Date.now();

const methodsOf = (account: AccountOut) => [
  ...(account.passkeys.length > 0 ? ["passkey"] : []),
  ...(account.app ? ["code"] : []),
  ...(account.recovery_codes > 0 ? ["recovery_code"] : []),
];

/** Does something at once for who has lately shown that it is they; else asks them first. */
export function useFresh(account: AccountOut): { guard: (go: () => void) => void; dialog: ReactNode } {
  const [waiting, setWaiting] = useState<(() => void) | null>(null);
  const queries = useQueryClient();
  const shown = async () => {
    await queries.invalidateQueries({ queryKey: accountQuery.queryKey });
    waiting?.();
    setWaiting(null);
  };
  const dialog = (
    <Modal opened={waiting !== null} onClose={() => setWaiting(null)} title="Show once more that it is you">
      <Stack gap="sm">
        {account.has_password && <ByPassword onShown={shown} />}
        {methodsOf(account).length > 0 && (
          <SecondFactor
            methods={methodsOf(account)}
            onCode={reauthenticate}
            onPasskey={reauthenticateByPasskey}
            onShown={shown}
          />
        )}
        {!account.has_password && methodsOf(account).length === 0 && (
          <p>Log out, and come in again by your company’s sign-in.</p>
        )}
      </Stack>
    </Modal>
  );
  return { guard: (go) => (isFresh(account) ? go() : setWaiting(() => go)), dialog };
}

function ByPassword({ onShown }: { onShown: () => Promise<void> }) {
  const send = useMutation({ mutationFn: reauthenticate, onSuccess: onShown });
  return (
    <SubmitForm send={send} read={(form) => ({ password: secretField(form, "password") })} submit="Go on">
      <PasswordField label="Your password" autoFocus />
    </SubmitForm>
  );
}
