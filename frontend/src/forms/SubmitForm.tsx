import { Group, Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { ProblemNote } from "../ui/Note";
import { ReasonButton } from "../ui/ReasonButton";
import { otherThan } from "./fields";

/** What a form needs of a mutation. */
export type Sending<Entered> = {
  mutate: (entered: Entered, options?: { onSuccess?: () => void }) => void;
  error: unknown;
  isPending: boolean;
};

type SubmitFormProps<Entered> = {
  send: Sending<Entered>;
  /** What is sent of the fields; null sends nothing. */
  read: (form: FormData) => Entered | null;
  submit: string;
  /** Why it cannot be sent now; null when it can. */
  reason?: string | null;
  variant?: "filled" | "default";
  /** Where the button stands: as wide as the form, below its fields, or in one row with them. */
  layout?: "wide" | "below" | "row";
  /** The paths whose problems stand beside their fields already. */
  beside?: string[];
  /** Empties the fields once they are sent. */
  resets?: boolean;
  autoComplete?: "off";
  maw?: number;
  children: ReactNode;
};

/** Fields, what was wrong with them, and the one button that sends them. */
export function SubmitForm<Entered>(props: SubmitFormProps<Entered>) {
  const { send, read, submit, reason = null, variant = "filled", layout = "wide", children } = props;
  function sendFields(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const entered = read(new FormData(form));
    if (entered !== null) {
      send.mutate(entered, props.resets ? { onSuccess: () => form.reset() } : undefined);
    }
  }
  const button = (
    <ReasonButton type="submit" variant={variant} size="sm" reason={reason} loading={send.isPending}>
      {submit}
    </ReasonButton>
  );
  const problem = <ProblemNote error={otherThan(send.error, props.beside ?? [])} />;
  return (
    <form onSubmit={sendFields} autoComplete={props.autoComplete}>
      <Stack gap="sm" maw={props.maw}>
        {layout === "row" ? (
          <>
            <Group align="end" gap="sm">
              {children}
              {button}
            </Group>
            {problem}
          </>
        ) : (
          <>
            {children}
            {problem}
            {layout === "below" ? <Group>{button}</Group> : button}
          </>
        )}
      </Stack>
    </form>
  );
}
