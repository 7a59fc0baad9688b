import { UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { Mark } from "../ui/Seal";
import { Icon, type IconName } from "../ui/icons";
import { PersonMenu } from "./PersonMenu";
import styles from "./Sidebar.module.css";
import { TenantMenu } from "./TenantMenu";
import { useTenant } from "./useTenant";

const PLACES: {
  to: "/tenants/$tenant/tools" | "/tenants/$tenant/runs" | "/tenants/$tenant/connect";
  icon: IconName;
  name: string;
}[] = [
  { to: "/tenants/$tenant/tools", icon: "tools", name: "Tools" },
  { to: "/tenants/$tenant/runs", icon: "runs", name: "Runs" },
  { to: "/tenants/$tenant/connect", icon: "connect", name: "Connect" },
];

const SECTIONS = [
  ["members", "Members"],
  ["keys", "API keys"],
  ["policy", "Policy"],
  ["audit", "Audit trail"],
] as const;

export function Sidebar() {
  const { tenant } = useTenant();
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const params = { tenant: tenant.slug };
  return (
    <header className={styles.bar} data-open={isOpen}>
      <div className={styles.top}>
        <Link to="/tenants/$tenant/tools" params={params} className={styles.brand}>
          <Mark size={24} />
          <span>Sealwright</span>
        </Link>
        <UnstyledButton
          className={styles.toggle}
          aria-expanded={isOpen}
          aria-controls="places"
          aria-label="Menu"
          onClick={toggle}
        >
          <Icon name="menu" size={20} />
        </UnstyledButton>
      </div>
      <div className={styles.rest} id="places">
        <TenantMenu />
        <nav aria-label="Main" className={styles.nav}>
          {PLACES.map(({ to, icon, name }) => (
            <Link
              key={to}
              to={to}
              params={params}
              className={styles.place}
              activeProps={{ "aria-current": "page" }}
              onClick={close}
            >
              <Icon name={icon} />
              {name}
            </Link>
          ))}
          <div className={styles.group}>Settings</div>
          {SECTIONS.map(([section, name]) => (
            <Link
              key={section}
              to="/tenants/$tenant/settings/$section"
              params={{ ...params, section }}
              className={styles.place}
              data-plain
              activeProps={{ "aria-current": "page" }}
              onClick={close}
            >
              {name}
            </Link>
          ))}
        </nav>
        <PersonMenu />
      </div>
    </header>
  );
}
