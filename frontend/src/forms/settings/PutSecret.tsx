import { PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { putSecret } from "../../api/settings/secrets";
import { useTenant } from "../../components/useTenant";
import { field, namesIn, secretField } from "../fields";
import { PutForm } from "./PutForm";

type Entered = { name: string; value: string; hosts: string[] };

const entered = (form: FormData): Entered => ({
  name: field(form, "name"),
  value: secretField(form, "value"),
  hosts: namesIn(field(form, "hosts")),
});

/** Sets a secret, or replaces its value. */
export function PutSecret({ onPut }: { onPut: () => Promise<void> }) {
  const { tenant } = useTenant();
  const put = useMutation({
    mutationFn: ({ name, value, hosts }: Entered) => putSecret(tenant.slug, name, value, hosts),
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
    </PutForm>
  );
}
