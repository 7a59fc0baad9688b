import { UnstyledButton } from "@mantine/core";
import { Suspense, lazy, useEffect, useState } from "react";
import { Icon } from "../../ui/marks/icons";
import styles from "./Palette.module.css";

const Palette = lazy(() => import("./Palette"));

/** The way to everything by its name: Ctrl K, or this button. */
export function LatePalette() {
  const [isOpen, open] = useState<boolean>();
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) {
        event.preventDefault();
        open((was) => !was);
      }
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  return (
    <>
      <UnstyledButton className={styles.opener} aria-haspopup="dialog" onClick={() => open(true)}>
        <Icon name="search" size={14} />
        <span>Go to…</span>
        <kbd className={styles.keys}>Ctrl K</kbd>
      </UnstyledButton>
      {isOpen !== undefined && (
        <Suspense>
          <Palette isOpen={isOpen} onClose={() => open(false)} />
        </Suspense>
      )}
    </>
  );
}
