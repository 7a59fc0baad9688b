import { useNavigate } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import { ReasonButton } from "../../ui/ReasonButton";
import { Icon } from "../../ui/marks/icons";
import { useTenant } from "../useTenant";

export function NewToolButton() {
  const { tenant } = useTenant();
  const navigate = useNavigate();
  return (
    <ReasonButton
      variant="filled"
      reason={may(tenant, "tools:author")}
      leftSection={<Icon name="plus" size={14} />}
      onClick={() => navigate({ to: "/tenants/$tenant/tools/new", params: { tenant: tenant.slug } })}
    >
      New tool
    </ReasonButton>
  );
}
