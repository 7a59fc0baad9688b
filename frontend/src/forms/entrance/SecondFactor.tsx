import { Button, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemNote } from "../../ui/Note";
import { SubmitForm } from "../SubmitForm";
import { field } from "../fields";

type SecondFactorProps<Answer> = {
  methods: string[];
  onCode: (body: { code: string } | { recovery_code: string }) => Promise<Answer>;
  onPasskey: () => Promise<Answer>;
  onShown: (answer: Answer) => Promise<void> | void;
};

/** Shows a passkey, an app's code or a recovery code: whichever of them the person has. */
export function SecondFactor<Answer>({ methods, onCode, onPasskey, onShown }: SecondFactorProps<Answer>) {
  const [isLost, setLost] = useState(false);
  const byPasskey = useMutation({ mutationFn: onPasskey, onSuccess: onShown });
  const byCode = useMutation({ mutationFn: onCode, onSuccess: onShown });
  const hasApp = methods.includes("code");
  const asksCode = hasApp || isLost;

  const read = (form: FormData) => {
    const typed = field(form, "code");
    return isLost ? { recovery_code: typed } : { code: typed };
  };
  return (
    <Stack gap="sm">
      {methods.includes("passkey") && !isLost && (
        <Button
          variant={hasApp ? "default" : "filled"}
          size="sm"
          loading={byPasskey.isPending}
          onClick={() => byPasskey.mutate()}
        >
          Use a passkey
        </Button>
      )}
      {asksCode && (
        <SubmitForm send={{ ...byCode, error: null }} read={read} submit="Go on">
          <TextInput
            key={String(isLost)}
            label={isLost ? "Recovery code" : "Code of your authenticator app"}
            name="code"
            inputMode={isLost ? "text" : "numeric"}
            autoComplete="one-time-code"
            required
            autoFocus
            withAsterisk={false}
          />
        </SubmitForm>
      )}
      <ProblemNote error={byPasskey.error ?? byCode.error} />
      {methods.includes("recovery_code") && (
        <Button variant="subtle" size="compact-sm" onClick={() => setLost(!isLost)}>
          {isLost ? "Use another way" : "Use a recovery code"}
        </Button>
      )}
    </Stack>
  );
}
