import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { renewKey } from "../../api/settings/secrets";
import { useTenant } from "../../components/useTenant";
import { Note, ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";
import { count } from "../../ui/format";

/** Gives the tenant a new key for all that is sealed, once somebody has read what that does. */
export function RenewKey({ reason }: { reason: string | null }) {
  const { tenant } = useTenant();
  const [isOpen, { open, close }] = useDisclosure(false);
  const renew = useMutation({ mutationFn: () => renewKey(tenant.slug) });
  function start() {
    renew.reset();
    open();
  }
  return (
    <>
      <ReasonButton reason={reason} onClick={start}>
        Renew the key
      </ReasonButton>
      <Modal opened={isOpen} onClose={close} title="Renew the key of this tenant?">
        {renew.data ? (
          <Stack>
            <Note tone="good" title="The key is renewed.">
              Values sealed with it: {count(renew.data.sealed_anew)}. The old key is destroyed.
            </Note>
            <Group justify="flex-end">
              <Button onClick={close}>Done</Button>
            </Group>
          </Stack>
        ) : (
          <Stack>
            <Text size="sm">
              Every sealed value of this tenant (secrets, connections’ passwords, webhooks’ and identity
              providers’ secrets) is sealed anew with a new key, and the old key is destroyed.
            </Text>
            <Text size="sm">
              No value changes, and tools go on as before. A value that somebody may have seen has to be
              changed where it came from, and set here again.
            </Text>
            <ProblemNote error={renew.error} />
            <Group justify="flex-end">
              <Button onClick={close}>Keep the key</Button>
              <Button variant="filled" loading={renew.isPending} onClick={() => renew.mutate()}>
                Renew
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  );
}
