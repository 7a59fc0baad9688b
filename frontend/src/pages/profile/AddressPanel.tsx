import { Button, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { askAddress, confirmAddress } from "../../api/account/account";
import type { AccountOut } from "../../api/generated/types.gen";
import { SubmitForm } from "../../forms/SubmitForm";
import { field, fieldProblem } from "../../forms/fields";
import { Note, ProblemNote } from "../../ui/Note";
import { Facts, Panel } from "../../ui/Page";
import { useFresh } from "./Reauthenticate";

const route = getRouteApi("/profile");

export function AddressPanel({ account }: { account: AccountOut }) {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries();
  const { guard, dialog } = useFresh(account);
  const ask = useMutation({ mutationFn: askAddress, onSuccess: refresh });
  const proved = account.address_proved ? "confirmed" : "not confirmed: it gives no right anywhere";
  return (
    <Panel title="Who you are">
      <Stack gap="md" maw={620}>
        <Facts
          items={[
            ["Name", account.user.name],
            ["Email", account.user.email],
            ["Address", proved],
          ]}
        />
        <Answer />
        {dialog}
        {account.is_own && account.sends_letters && (
          <SubmitForm
            send={{ ...ask, mutate: (email: string) => guard(() => ask.mutate(email)) }}
            read={(form) => field(form, "email")}
            submit="Send a letter"
            variant="default"
            layout="row"
            beside={["/email"]}
          >
            <TextInput
              label="Confirm or change your address"
              description="We send a letter there; it counts once you open its link here."
              name="email"
              type="email"
              defaultValue={account.user.email}
              required
              withAsterisk={false}
              flex={1}
              error={fieldProblem(ask.error, "/email")}
            />
          </SubmitForm>
        )}
        {ask.data && <Note tone="good" title={ask.data.detail} />}
      </Stack>
    </Panel>
  );
}

/** The button that answers a letter: opening its link alone does nothing. */
function Answer() {
  const { address } = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const confirm = useMutation({
    mutationFn: confirmAddress,
    onSuccess: async () => {
      await queries.invalidateQueries();
      await navigate({ search: {} });
    },
  });
  if (!address) {
    return null;
  }
  return (
    <Note tone="warn" title="You came by the link of a letter.">
      <Stack gap="sm">
        <Button size="sm" variant="filled" loading={confirm.isPending} onClick={() => confirm.mutate(address)}>
          Confirm the address it was sent to
        </Button>
        <ProblemNote error={confirm.error} />
      </Stack>
    </Note>
  );
}
