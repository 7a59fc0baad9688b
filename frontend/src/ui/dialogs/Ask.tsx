import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Question } from "./question";

type AskProps = { question: Question; isOpen: boolean; onYes: () => void; onClose: () => void };

/** The question itself. What does no harm comes first, and has the focus. */
export default function Ask({ question, isOpen, onYes, onClose }: AskProps) {
  // Mantine notes where the focus goes back to as it opens: one that comes open has nothing noted.
  const [opener] = useState(() => document.activeElement);
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={question.title}
      returnFocus={false}
      onExitTransitionEnd={() => opener instanceof HTMLElement && opener.focus()}
    >
      <Stack>
        <Text size="sm">{question.what}</Text>
        <Group justify="flex-end">
          <Button data-autofocus onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="filled"
            color={question.isHarmless ? undefined : "red"}
            onClick={() => {
              onClose();
              onYes();
            }}
          >
            {question.yes}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
