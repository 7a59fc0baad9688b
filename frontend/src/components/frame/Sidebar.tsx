import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import { questionsQuery } from "../../api/runs/journal";
import { reviewsQuery } from "../../api/tools/versions";
import { Mark } from "../../ui/marks/Seal";
import { Icon, type IconName } from "../../ui/marks/icons";
import { LatePersonMenu, LateTenantMenu } from "./LateMenus";
import styles from "./Sidebar.module.css";
import { SECTIONS } from "../settings/sections";
import { LatePalette } from "../palette/LatePalette";
import { useTenant } from "../useTenant";

const PLACES: {
  to:
    | "/tenants/$tenant"
    | "/tenants/$tenant/tools"
    | "/tenants/$tenant/reviews"
    | "/tenants/$tenant/runs"
    | "/tenants/$tenant/questions"
    | "/tenants/$tenant/schedules"
    | "/tenants/$tenant/connect"
    | "/tenants/$tenant/guide";
  icon: IconName;
  name: string;
}[] = [
  { to: "/tenants/$tenant", icon: "home", name: "Home" },
  { to: "/tenants/$tenant/tools", icon: "tools", name: "Tools" },
  { to: "/tenants/$tenant/reviews", icon: "check", name: "Reviews" },
  { to: "/tenants/$tenant/runs", icon: "runs", name: "Runs" },
  { to: "/tenants/$tenant/questions", icon: "questions", name: "Questions" },
  { to: "/tenants/$tenant/schedules", icon: "clock", name: "Schedules" },
  { to: "/tenants/$tenant/connect", icon: "connect", name: "Connect" },
  { to: "/tenants/$tenant/guide", icon: "book", name: "Guide" },
];

function Waiting({ count }: { count: number }) {
  return (
    <span className={`${styles.waiting} num`}>
      {count}
      <VisuallyHidden> waiting</VisuallyHidden>
    </span>
  );
}

export function Sidebar() {
  const { tenant } = useTenant();
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const params = { tenant: tenant.slug };
  const questions = useQuery({
    ...questionsQuery(tenant.slug, true),
    enabled: may(tenant, "runs:read") === null,
  });
  const reviews = useQuery(reviewsQuery(tenant.slug));
  const waiting: Partial<Record<IconName, number>> = {
    questions: questions.data?.items.length,
    check: reviews.data?.items.length,
  };
  return (
    <header className={styles.bar} data-open={isOpen}>
      <div className={styles.top}>
        <Link to="/tenants/$tenant" params={params} className={styles.brand}>
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
        <LateTenantMenu />
        <LatePalette />
        <nav aria-label="Main" className={styles.nav}>
          {PLACES.map(({ to, icon, name }) => (
            <Link
              key={to}
              to={to}
              params={params}
              className={styles.place}
              activeProps={{ "aria-current": "page" }}
              activeOptions={{ exact: icon === "home" }}
              onClick={close}
            >
              <Icon name={icon} />
              {name}
              {Boolean(waiting[icon]) && <Waiting count={waiting[icon] ?? 0} />}
            </Link>
          ))}
          <div className={styles.group}>Settings</div>
          {Object.entries(SECTIONS).map(([section, name]) => (
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
        <LatePersonMenu />
      </div>
    </header>
  );
}
