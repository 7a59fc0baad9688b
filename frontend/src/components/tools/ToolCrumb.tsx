import { Link } from "@tanstack/react-router";
import { useTenant } from "../useTenant";

/** The way back to a tool from a page below it. */
export function ToolCrumb({ name }: { name: string }) {
  const { tenant } = useTenant();
  return (
    <Link to="/tenants/$tenant/tools/$name" params={{ tenant: tenant.slug, name }}>
      <code>{name}</code>
    </Link>
  );
}
