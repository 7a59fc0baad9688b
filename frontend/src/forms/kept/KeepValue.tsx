import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import { changeValue } from "../../api/settings/savedData";
import { useTenant } from "../../components/useTenant";
import { SubmitForm } from "../SubmitForm";
import { field } from "../fields";

/** Keeps a new value, where there is none under its key. */
export function KeepValue({ scope, onKept }: { scope: string; onKept: () => Promise<void> }) {
  const { tenant } = useTenant();
  const keep = useMutation({
    meta: { said: "The value is kept." },
    mutationFn: (entered: { key: string; text: string }) =>
      changeValue(tenant.slug, { scope, ...entered, revision: 0 }),
    onSuccess: onKept,
  });
  return (
    <SubmitForm
      send={keep}
      read={(form) => ({ key: field(form, "key"), text: field(form, "text") })}
      submit="Keep"
      reason={may(tenant, "data:write")}
      layout="row"
      resets
    >
      <TextInput label="Key" name="key" placeholder="rates/eu" required withAsterisk={false} w={240} />
      <TextInput label="Value, as JSON" name="text" placeholder='{"rate": 1.1}' required withAsterisk={false} w={320} />
    </SubmitForm>
  );
}
