import { Button, Group } from "@mantine/core";
import { Note } from "../../ui/Note";
import { Time } from "../../ui/Time";
import type { Written } from "./useDraft";

/** Offers what was being written at another time; and, once it is taken up, what stood here instead. */
export function DraftNote({ draft }: { draft: Written }) {
  if (draft.offered) {
    return (
      <Note tone="busy" title={<>You were writing something else here, <Time iso={draft.offered.at} />.</>}>
        <Group gap="xs" mt={6}>
          <Button size="compact-sm" variant="default" onClick={draft.takeUp}>
            Go on with it
          </Button>
          <Button size="compact-sm" variant="subtle" onClick={draft.throwAway}>
            Throw it away
          </Button>
        </Group>
      </Note>
    );
  }
  if (draft.before !== null) {
    return (
      <Note tone="good" title="You go on with what you were writing.">
        <Button size="compact-sm" variant="default" onClick={draft.undo}>
          Undo
        </Button>
      </Note>
    );
  }
  return draft.isKept ? null : (
    <Note tone="warn" title="This browser keeps no drafts: what is not sent is lost when you leave." />
  );
}
