import { Button, Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { CopyLine } from "../ui/Copy";
import { Note } from "../ui/Note";

type ShownOnceProps = {
  title: string;
  /** What the value is, to those who do not see it. */
  label: string;
  value: string;
  onKept: () => void;
  kept?: string;
  /** What to do with it. */
  children?: ReactNode;
};

/** A value that is gone once the person has it: a key, a link, codes. */
export function ShownOnce({ title, label, value, onKept, kept = "I have copied it", children }: ShownOnceProps) {
  return (
    <Stack gap="sm">
      <Note tone="good" title={title}>
        {children}
      </Note>
      <CopyLine label={label} value={value} />
      <Group>
        <Button onClick={onKept}>
          {kept}
        </Button>
      </Group>
    </Stack>
  );
}
