import { Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { signOut } from "../../api/account/session";
import { Icon } from "../../ui/marks/icons";
import { useTenant } from "../useTenant";
import { PersonButton } from "./PersonButton";
import { usePressedAtOnce } from "./usePressedAtOnce";

export default function PersonMenu() {
  const { user } = useTenant();
  const button = usePressedAtOnce();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: signOut,
    onSettled: async () => {
      queries.clear();
      await navigate({ to: "/login" });
    },
  });
  return (
    <Menu width={220} position="top-start" portalProps={{ target: "#main" }}>
      <Menu.Target>
        <PersonButton ref={button} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email}</Menu.Label>
        <Menu.Item
          leftSection={<Icon name="lock" size={14} />}
          onClick={() => void navigate({ to: "/profile" })}
        >
          Profile and security
        </Menu.Item>
        <Menu.Item
          leftSection={<Icon name={isDark ? "sun" : "moon"} size={14} />}
          onClick={() => setColorScheme(isDark ? "light" : "dark")}
        >
          {isDark ? "Light colours" : "Dark colours"}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="out" size={14} />} onClick={() => leave.mutate()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
