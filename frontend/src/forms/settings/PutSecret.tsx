import { PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { putSecret, type SecretEntered } from "../../api/settings/secrets";
import { useTenant } from "../../components/useTenant";
import { field, namesIn, secretField } from "../fields";
import { PutForm } from "./PutForm";

type Entered = { name: string } & SecretEntered;

const entered = (form: FormData): Entered => ({
  name: field(form, "name"),
  value: secretField(form, "value"),
  hosts: namesIn(field(form, "hosts")),
  expires: field(form, "expires"),
});

/** Sets a secret, or replaces its value. */
export function PutSecret({ onPut }: { onPut: () => Promise<void> }) {
  const { tenant } = useTenant();
  const put = useMutation({
    mutationFn: ({ name, ...secret }: Entered) => putSecret(tenant.slug, name, secret),
    onSuccess: onPut,
  });
  return (
    <PutForm send={put} read={entered}>
      <TextInput label="Name" placeholder="stripe_key" name="name" required withAsterisk={false} w={200} />
      <PasswordInput
        label="Value"
        name="value"
        autoComplete="new-password"
        required
        withAsterisk={false}
        w={280}
      />
      <TextInput
        label="Hosts it may be sent to"
        description="None for one that only checks signatures."
        placeholder="api.stripe.com"
        name="hosts"
        w={280}
      />
      <TextInput
        label="Expires"
        description="You are told two weeks before."
        type="date"
        name="expires"
        w={180}
      />
    </PutForm>
  );
}
