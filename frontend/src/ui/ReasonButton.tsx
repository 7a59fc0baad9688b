import { Button, type ButtonProps } from "@mantine/core";
import { type ComponentPropsWithoutRef, Suspense, lazy } from "react";

// What places a note beside a button is heavy, and most buttons can be pressed.
const Reason = lazy(() => import("./Reason"));

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
  const disabled = (
    <Button
      {...button}
      type="button"
      aria-disabled="true"
      data-disabled
      aria-description={reason}
      onClick={(event) => event.preventDefault()}
    />
  );
  return (
    <Suspense fallback={disabled}>
      <Reason why={reason}>{disabled}</Reason>
    </Suspense>
  );
}
