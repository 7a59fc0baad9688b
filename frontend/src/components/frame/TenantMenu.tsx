import { Menu, UnstyledButton } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { sessionQuery } from "../../api/account/session";
import { Icon } from "../../ui/marks/icons";
import styles from "./Menu.module.css";
import { useTenant } from "../useTenant";

export function TenantMenu() {
  const { tenant } = useTenant();
  const { data: session } = useSuspenseQuery(sessionQuery);
  return (
    <Menu width={220} position="bottom-start">
      <Menu.Target>
        <UnstyledButton
          className={`${styles.button} ${styles.framed}`}
          aria-label={`Tenant ${tenant.name}: switch`}
        >
          <span className={styles.names}>
            <span className={styles.main}>{tenant.name}</span>
          </span>
          <Icon name="chevron" size={14} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {session?.tenants.map((each) => (
          <Menu.Item
            key={each.slug}
            renderRoot={(item) => (
              <Link {...item} to="/tenants/$tenant/tools" params={{ tenant: each.slug }} />
            )}
            leftSection={<Icon name={each.slug === tenant.slug ? "check" : "tools"} size={14} />}
          >
            {each.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
