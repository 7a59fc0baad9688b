import { Button, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import type { RunListed } from "../../api/generated/types.gen";
import { runsQuery } from "../../api/runs/runs";
import { toolsQuery } from "../../api/tools/tools";
import { NewToolButton } from "../../components/tools/NewToolButton";
import { Pager } from "../../components/Pager";
import { ToolRow } from "../../components/tools/ToolRow";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import { type Columns, Table } from "../../ui/Table";
import { Icon } from "../../ui/marks/icons";

const route = getRouteApi("/tenants/$tenant/tools");
const COLUMNS: Columns = ["Tool", "Serving", "Newest version", "Recent runs", ["In 7 days", "end"], ["Last run", "end"]];
const RECENT_RUNS = 200;

export default function ToolsPage() {
  const { tenant } = useTenant();
  const { q, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error } = useQuery(toolsQuery(tenant.slug, q, cursor));
  const recent = useQuery({
    ...runsQuery(tenant.slug, { limit: RECENT_RUNS }),
    enabled: may(tenant, "runs:read") === null,
  });
  const search = useDebouncedCallback(
    (text: string) => navigate({ search: { q: text || undefined, cursor: undefined }, replace: true }),
    200,
  );
  const runs = new Map<string, RunListed[]>();
  for (const run of recent.data?.items ?? []) {
    runs.set(run.tool, [...(runs.get(run.tool) ?? []), run]);
  }

  return (
    <Page title="Tools" actions={<NewToolButton />}>
      <ProblemNote error={error} />
      {data && data.items.length === 0 && !q && !cursor ? (
        <Panel>
          <NoTools />
        </Panel>
      ) : (
        <Panel
          flush
          bar={
            <TextInput
              aria-label="Search tools"
              placeholder="Search by name or what it does"
              size="xs"
              w={280}
              defaultValue={q ?? ""}
              leftSection={<Icon name="search" size={14} />}
              onChange={(event) => search(event.currentTarget.value)}
            />
          }
        >
          {data?.items.length === 0 ? (
            <Empty title={`No tool matches “${q ?? ""}”`}>
              <Link to="/tenants/$tenant/tools" params={{ tenant: tenant.slug }}>
                Show all tools
              </Link>
            </Empty>
          ) : (
            <Table label="Tools" columns={COLUMNS}>
              {data?.items.map((tool) => (
                <ToolRow key={tool.name} tenant={tenant.slug} tool={tool} runs={runs.get(tool.name) ?? []} />
              ))}
            </Table>
          )}
          <Pager
            cursor={cursor}
            nextCursor={data?.next_cursor}
            onPage={(next) => navigate({ search: { q, cursor: next } })}
          />
        </Panel>
      )}
    </Page>
  );
}

function NoTools() {
  const { tenant } = useTenant();
  return (
    <Empty title="No tools yet">
      <p>
        A tool starts as a spec: what it takes, what it gives back, a few examples, and what it may reach.
        Code for it is checked against that spec, and nothing is served before a person approves it.
      </p>
      <NewToolButton />
      <Button
        renderRoot={(button) => (
          <Link {...button} to="/tenants/$tenant/connect" params={{ tenant: tenant.slug }} />
        )}
      >
        Let an agent propose one
      </Button>
    </Empty>
  );
}
