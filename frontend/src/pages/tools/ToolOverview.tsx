import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import type { ToolOut } from "../../api/generated/types.gen";
import { runsQuery } from "../../api/runs/runs";
import { versionFactsQuery } from "../../api/tools/versions";
import { Empty, Panel } from "../../ui/Page";
import { Authority } from "../../components/versions/Authority";
import { CanaryPanel } from "../../components/tools/CanaryPanel";
import { Deprecation } from "./Deprecation";
import { Economics } from "../../components/tools/Economics";
import { RunsTable } from "../../components/runs/RunsTable";
import styles from "./ToolOverview.module.css";
import { VersionsTable } from "../versions/VersionsTable";
import { useTenant } from "../../components/useTenant";

const SHOWN = 10;

export function ToolOverview({ tool }: { tool: ToolOut }) {
  const { tenant } = useTenant();
  const runs = useQuery(runsQuery(tenant.slug, { tool: tool.name, limit: SHOWN }));
  return (
    <div className={styles.stack}>
      <Deprecation tool={tool} reason={may(tenant, "tools:author")} />
      <CanaryPanel tool={tool} />
      <Panel title="Versions" flush>
        <VersionsTable tool={tool} />
      </Panel>
      <LiveAuthority tool={tool} />
      <Economics tool={tool} />
      <Panel
        title="Latest runs"
        flush
        aside={
          <Link to="/tenants/$tenant/runs" params={{ tenant: tenant.slug }} search={{ tool: tool.name }}>
            All runs
          </Link>
        }
      >
        {runs.data?.items.length === 0 ? (
          <Empty title="It has not been called yet">
            {tool.live_version === null
              ? "A tool can be called once a version of it is live."
              : "Call it by hand on the next tab, or connect an agent."}
          </Empty>
        ) : (
          <RunsTable tenant={tenant.slug} runs={runs.data?.items ?? []} withTool={false} />
        )}
      </Panel>
    </div>
  );
}

function LiveAuthority({ tool }: { tool: ToolOut }) {
  const { tenant } = useTenant();
  const number = tool.live_version;
  const { data: live } = useQuery({
    ...versionFactsQuery(tenant.slug, tool.name, number ?? 0),
    enabled: number !== null,
  });
  if (number === null || !live) {
    return null;
  }
  return (
    <Panel title="What it may do" aside={`as approved with v${number}`} flush>
      <div className={styles.authority}>
        <Authority version={live} />
      </div>
    </Panel>
  );
}
