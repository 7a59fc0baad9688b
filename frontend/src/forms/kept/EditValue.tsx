import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { may } from "../../api/permissions";
import { changeValue } from "../../api/settings/savedData";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";

type EditValueProps = {
  scope: string;
  kept: { key: string; text: string; revision: number };
  onDone: () => void;
  onSaved: () => Promise<void>;
};

/** One value as JSON, to be read whole and changed: as text, since a number may have more digits than a browser holds. */
export function EditValue({ scope, kept, onDone, onSaved }: EditValueProps) {
  const { tenant } = useTenant();
  const [text, type] = useState(kept.text);
  const save = useMutation({
    meta: { said: "The value is saved, and the audit trail says that you did." },
    mutationFn: () => changeValue(tenant.slug, { scope, key: kept.key, text, revision: kept.revision }),
    onSuccess: async () => {
      await onSaved();
      onDone();
    },
  });
  return (
    <Stack gap="xs">
      <Textarea
        label={`Value of ${kept.key.slice(0, 200)}`}
        description={`Its revision ${kept.revision}, as JSON. Tools read what you save from their next call on.`}
        rows={Math.min(16, Math.max(3, Math.ceil(text.length / 80)))}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" }, label: { overflowWrap: "anywhere" } }}
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
      />
      <ProblemNote error={save.error} />
      <Group gap="xs">
        <ReasonButton
          variant="filled"
          reason={may(tenant, "data:write") ?? (text === kept.text ? "Nothing is changed yet." : null)}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          Save
        </ReasonButton>
        <Button onClick={onDone}>Close</Button>
      </Group>
    </Stack>
  );
}
