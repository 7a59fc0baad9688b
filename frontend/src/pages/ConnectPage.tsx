import { useQuery } from "@tanstack/react-query";
import { tenantQuery } from "../api/settings/tenant";
import { toolsQuery } from "../api/tools/tools";
import { ConnectLines } from "../components/tools/ConnectLines";
import { useTenant } from "../components/useTenant";
import { ProblemNote } from "../ui/Note";
import { Page } from "../ui/Page";

export default function ConnectPage() {
  const { tenant } = useTenant();
  const { data: page, error } = useQuery(tenantQuery(tenant.slug));
  const { data: tools } = useQuery(toolsQuery(tenant.slug));
  const live = tools?.items.find((tool) => tool.live_version !== null && tool.retired_at === null);
  return (
    <Page title="Connect" lead="One address for every agent and every program of this tenant.">
      <ProblemNote error={error} />
      {page && <ConnectLines tenant={tenant.slug} mcpUrl={page.mcp_url} tool={live} />}
    </Page>
  );
}
