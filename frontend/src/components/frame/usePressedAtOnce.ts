import { useEffect, useRef } from "react";

/** For a menu that has come because somebody pressed its button: the press is passed on to the button that opens it. */
export function usePressedAtOnce() {
  const button = useRef<HTMLButtonElement>(null);
  const isPassedOn = useRef(false);
  useEffect(() => {
    if (!isPassedOn.current) {
      isPassedOn.current = true;
      // Where the focus goes back to when the menu closes.
      button.current?.focus();
      button.current?.click();
    }
  }, []);
  return button;
}
