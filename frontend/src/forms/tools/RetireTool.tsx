import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ToolOut } from "../../api/generated/types.gen";
import { retireTool } from "../../api/tools/tools";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";

export function RetireTool({ tool, reason }: { tool: ToolOut; reason: string | null }) {
  const { tenant } = useTenant();
  const [isOpen, { open, close }] = useDisclosure(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const retire = useMutation({
    mutationFn: () => retireTool(tenant.slug, tool.name),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] });
      await navigate({ to: "/tenants/$tenant/tools", params: { tenant: tenant.slug } });
    },
  });
  return (
    <>
      <ReasonButton reason={reason} onClick={open}>
        Retire
      </ReasonButton>
      <Modal opened={isOpen} onClose={close} title={`Retire ${tool.name}?`}>
        <Stack>
          <Text size="sm">
            It stops serving at once: agents no longer see it, and calls are answered with “not found”. Its
            versions, runs and records stay.
          </Text>
          <ProblemNote error={retire.error} />
          <Group justify="flex-end">
            <Button data-autofocus onClick={close}>
              Cancel
            </Button>
            <Button variant="filled" color="red" loading={retire.isPending} onClick={() => retire.mutate()}>
              Retire
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
