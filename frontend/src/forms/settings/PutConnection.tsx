import { PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { putConnection } from "../../api/settings/connections";
import { useTenant } from "../../components/useTenant";
import { field, secretField } from "../fields";
import { PutForm } from "./PutForm";

type Entered = { name: string; url: string };

const entered = (form: FormData): Entered => ({
  name: field(form, "name"),
  url: secretField(form, "url").trim(),
});

/** Sets up a database, or changes where its name leads. */
export function PutConnection({ onPut }: { onPut: () => Promise<void> }) {
  const { tenant } = useTenant();
  const put = useMutation({
    mutationFn: ({ name, url }: Entered) => putConnection(tenant.slug, name, url),
    onSuccess: onPut,
  });
  return (
    <PutForm send={put} read={entered}>
      <TextInput label="Name" placeholder="crm" name="name" required withAsterisk={false} w={200} />
      <PasswordInput
        label="URL"
        placeholder="postgresql://USER:PASSWORD@HOST/DATABASE"
        name="url"
        autoComplete="new-password"
        required
        withAsterisk={false}
        w={420}
      />
    </PutForm>
  );
}
