import { Button, type ButtonProps, Tooltip } from "@mantine/core";
import type { ComponentPropsWithoutRef } from "react";

type ReasonButtonProps = ButtonProps &
  Omit<ComponentPropsWithoutRef<"button">, keyof ButtonProps> & {
    /** Why it cannot be pressed now; null when it can. */
    reason: string | null;
  };

/** A button that says why it is disabled. It stays focusable, so that a keyboard can find out too. */
export function ReasonButton({ reason, onClick, ...button }: ReasonButtonProps) {
  if (reason === null) {
    return <Button {...button} onClick={onClick} />;
  }
  return (
    <Tooltip label={reason} events={{ hover: true, focus: true, touch: true }}>
      <Button
        {...button}
        type="button"
        aria-disabled="true"
        data-disabled
        aria-description={reason}
        onClick={(event) => event.preventDefault()}
      />
    </Tooltip>
  );
}
