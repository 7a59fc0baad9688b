import { UnstyledButton } from "@mantine/core";
import type { ComponentPropsWithRef } from "react";
import { Icon } from "../../ui/marks/icons";
import { useTenant } from "../useTenant";
import styles from "./Menu.module.css";

export function TenantButton(props: ComponentPropsWithRef<"button">) {
  const { tenant } = useTenant();
  return (
    <UnstyledButton
      {...props}
      className={`${styles.button} ${styles.framed}`}
      aria-label={`Tenant ${tenant.name}: switch`}
    >
      <span className={styles.names}>
        <span className={styles.main}>{tenant.name}</span>
      </span>
      <Icon name="chevron" size={14} />
    </UnstyledButton>
  );
}
