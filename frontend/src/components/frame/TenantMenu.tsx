import { Menu } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { sessionQuery } from "../../api/account/session";
import { Icon } from "../../ui/marks/icons";
import { useTenant } from "../useTenant";
import { TenantButton } from "./TenantButton";
import { usePressedAtOnce } from "./usePressedAtOnce";

export default function TenantMenu() {
  const { tenant } = useTenant();
  const button = usePressedAtOnce();
  const { data: session } = useSuspenseQuery(sessionQuery);
  return (
    <Menu width={220} position="bottom-start" portalProps={{ target: "#main" }}>
      <Menu.Target>
        <TenantButton ref={button} />
      </Menu.Target>
      <Menu.Dropdown>
        {session?.tenants.map((each) => (
          <Menu.Item
            key={each.slug}
            renderRoot={(item) => (
              <Link {...item} to="/tenants/$tenant" params={{ tenant: each.slug }} />
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
