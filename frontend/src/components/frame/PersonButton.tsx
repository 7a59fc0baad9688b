import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import type { ComponentPropsWithRef } from "react";
import { useTenant } from "../useTenant";
import styles from "./Menu.module.css";

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((part) => part[0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();

export function PersonButton(props: ComponentPropsWithRef<"button">) {
  const { user, tenant } = useTenant();
  return (
    <UnstyledButton {...props} className={styles.button}>
      <span className={styles.initials} aria-hidden="true">
        {initials(user.name)}
      </span>
      <span className={styles.names}>
        <span className={styles.main}>{user.name}</span>
        <span className={styles.sub}>{tenant.role}</span>
        <VisuallyHidden>Account menu</VisuallyHidden>
      </span>
    </UnstyledButton>
  );
}
