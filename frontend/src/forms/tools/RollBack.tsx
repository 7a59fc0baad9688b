import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import type { ToolOut } from "../../api/generated/types.gen";
import { rollBack } from "../../api/tools/tools";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";

export function RollBack({ tool, number }: { tool: ToolOut; number: number }) {
  const { tenant } = useTenant();
  const [isOpen, { open, close }] = useDisclosure(false);
  const queries = useQueryClient();
  const back = useMutation({
    mutationFn: () => rollBack(tenant.slug, tool.name, number),
    onSuccess: async () => {
      close();
      await queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] });
    },
  });
  return (
    <>
      <ReasonButton size="compact-xs" reason={may(tenant, "versions:approve")} onClick={open}>
        Roll back
      </ReasonButton>
      <Modal opened={isOpen} onClose={close} title={`Roll back to version ${number}?`}>
        <Stack>
          <Text size="sm">
            Version {number} serves again at once, with the code and the authority that were approved with it.
            Runs in flight finish on theirs.
          </Text>
          <ProblemNote error={back.error} />
          <Group justify="flex-end">
            <Button data-autofocus onClick={close}>
              Cancel
            </Button>
            <Button variant="filled" loading={back.isPending} onClick={() => back.mutate()}>
              Roll back
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
