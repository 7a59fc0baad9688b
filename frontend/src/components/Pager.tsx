import { Button, Group } from "@mantine/core";

type PagerProps = {
  cursor: string | undefined;
  nextCursor: string | null | undefined;
  onPage: (cursor: string | undefined) => void;
};

/** Cursors go forward only; the browser's back button goes back, because the cursor is in the address. */
export function Pager({ cursor, nextCursor, onPage }: PagerProps) {
  if (!cursor && !nextCursor) {
    return null;
  }
  return (
    <Group justify="flex-end" gap="xs" p="sm">
      {cursor && <Button onClick={() => onPage(undefined)}>Newest</Button>}
      {nextCursor && <Button onClick={() => onPage(nextCursor)}>Older</Button>}
    </Group>
  );
}
