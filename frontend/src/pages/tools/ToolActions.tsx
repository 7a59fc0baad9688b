import { useNavigate } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import type { ToolOut } from "../../api/generated/types.gen";
import { ReasonButton } from "../../ui/ReasonButton";
import { DeprecateTool } from "../../forms/tools/DeprecateTool";
import { RetireTool } from "../../forms/tools/RetireTool";
import { useTenant } from "../../components/useTenant";

export function ToolActions({ tool }: { tool: ToolOut }) {
  const { tenant } = useTenant();
  const navigate = useNavigate();
  const params = { tenant: tenant.slug, name: tool.name };
  const retired = tool.retired_at === null ? null : "It is retired.";
  const author = may(tenant, "tools:author") ?? retired;
  return (
    <>
      <RetireTool tool={tool} reason={author} />
      {!tool.deprecation && <DeprecateTool tool={tool} reason={author} />}
      <ReasonButton
        reason={author}
        onClick={() => navigate({ to: "/tenants/$tenant/tools/$name/spec", params })}
      >
        Revise spec
      </ReasonButton>
      <ReasonButton
        variant="filled"
        reason={author}
        onClick={() => navigate({ to: "/tenants/$tenant/tools/$name/versions/new", params })}
      >
        New version
      </ReasonButton>
    </>
  );
}
