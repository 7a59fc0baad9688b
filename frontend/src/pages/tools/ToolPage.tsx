import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { stringify } from "yaml";
import type { ToolOut } from "../../api/generated/types.gen";
import { runQuery } from "../../api/runs/runs";
import { tenantQuery } from "../../api/settings/tenant";
import { toolQuery } from "../../api/tools/tools";
import { StateBadge } from "../../components/Badges";
import { Code } from "../../components/code/Code";
import { ConnectLines } from "../../components/tools/ConnectLines";
import { firstExample } from "../../components/tools/examples";
import { ToolActions } from "./ToolActions";
import { ToolOverview } from "./ToolOverview";
import { useTenant } from "../../components/useTenant";
import { CallTool } from "../../forms/calls/CallTool";
import { OutsideCases } from "../../forms/tools/OutsideCases";
import { ProblemNote } from "../../ui/Note";
import { Page, Panel } from "../../ui/Page";
import { Prose } from "../../ui/Prose";
import styles from "./ToolPage.module.css";

const route = getRouteApi("/tenants/$tenant/tools/$name");

export default function ToolPage() {
  const { tenant } = useTenant();
  const { name } = route.useParams();
  const { tab = "overview" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: tool, error } = useQuery(toolQuery(tenant.slug, name));
  const crumbs = (
    <Link to="/tenants/$tenant/tools" params={{ tenant: tenant.slug }}>
      Tools
    </Link>
  );
  if (!tool) {
    return (
      <Page title={<code>{name}</code>} name={name} crumbs={crumbs}>
        <ProblemNote error={error} />
      </Page>
    );
  }
  return (
    <Page
      name={name}
      crumbs={crumbs}
      title={
        <>
          <code>{tool.name}</code>
          {tool.retired_at !== null ? (
            <StateBadge state="retired" />
          ) : (
            tool.live_version !== null && <StateBadge state="live" />
          )}
        </>
      }
      lead={<Lead tool={tool} />}
      actions={<ToolActions tool={tool} />}
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          navigate({
            search: { tab: next === "overview" ? undefined : (next as typeof tab) },
            replace: true,
            resetScroll: false,
          })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="call">Call it</Tabs.Tab>
          <Tabs.Tab value="spec">Spec</Tabs.Tab>
          <Tabs.Tab value="cases">Outside cases</Tabs.Tab>
          <Tabs.Tab value="connect">Connect</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <ToolOverview tool={tool} />
        </Tabs.Panel>
        <Tabs.Panel value="call">
          <ToolCall tool={tool} />
        </Tabs.Panel>
        <Tabs.Panel value="spec">
          <Panel title="Spec" aside="What the next version must do" flush>
            <Code code={stringify(tool.spec)} language="yaml" label={`Spec of ${tool.name}`} />
          </Panel>
        </Tabs.Panel>
        <Tabs.Panel value="cases">
          <OutsideCases tool={tool} />
        </Tabs.Panel>
        <Tabs.Panel value="connect">
          <ToolConnect tool={tool} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** Filled in with the arguments of the run that the address names, or of the first example. */
function ToolCall({ tool }: { tool: ToolOut }) {
  const { tenant } = useTenant();
  const { like } = route.useSearch();
  const run = useQuery({ ...runQuery(tenant.slug, like ?? ""), enabled: like !== undefined });
  if (like && run.isPending) {
    return null;
  }
  return run.data ? (
    <CallTool key={like} tool={tool} initial={run.data.arguments} from="an earlier run" />
  ) : (
    <CallTool tool={tool} initial={firstExample(tool)} from="the first example" />
  );
}

function ToolConnect({ tool }: { tool: ToolOut }) {
  const { tenant } = useTenant();
  const { data: page } = useQuery(tenantQuery(tenant.slug));
  return page ? <ConnectLines tenant={tenant.slug} mcpUrl={page.mcp_url} tool={tool} /> : null;
}

/** What callers are told, by the version that serves; and what the next one is to say, where that is another thing. */
function Lead({ tool }: { tool: ToolOut }) {
  const serves = tool.served?.description ?? tool.description;
  return (
    <>
      <Prose text={serves} />
      {serves !== tool.description && (
        <span className={styles.draft}>
          The spec of the next version says: <Prose text={tool.description} />
        </span>
      )}
    </>
  );
}
