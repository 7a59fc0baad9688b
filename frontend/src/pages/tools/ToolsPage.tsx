import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import { type Order, type Standing, toolsQuery } from "../../api/tools/tools";
import { figuresQuery } from "../../api/tools/usage";
import { NewToolButton } from "../../components/tools/NewToolButton";
import { Pager } from "../../components/Pager";
import { ToolRow } from "../../components/tools/ToolRow";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import { type Columns, Table } from "../../ui/Table";
import { Icon } from "../../ui/marks/icons";
import styles from "./ToolsPage.module.css";

const route = getRouteApi("/tenants/$tenant/tools");
const COLUMNS: Columns = [
  "Tool",
  "Serving",
  "Newest version",
  "Recent runs",
  ["Success", "end"],
  ["95 % within", "end"],
  ["In 7 days", "end"],
  ["Last run", "end"],
];
const STANDINGS = [
  { value: "", label: "All but retired" },
  { value: "live", label: "Live" },
  { value: "waiting", label: "Waiting for review" },
  { value: "not_live", label: "Not live yet" },
  { value: "deprecated", label: "Deprecated" },
  { value: "retired", label: "Retired" },
];
const ORDERS = [
  { value: "newest", label: "Newest first" },
  { value: "name", label: "By name" },
  { value: "calls", label: "Most called first" },
  { value: "failures", label: "Most failing first" },
  { value: "slowest", label: "Slowest first" },
];

/** The order that an address names; the first of them is named by none. */
function orderOf(value: string): Order | undefined {
  return value === "newest" ? undefined : (value as Order);
}

export default function ToolsPage() {
  const { tenant } = useTenant();
  const { q, cursor, standing, sort } = route.useSearch();
  const navigate = route.useNavigate();
  const mayReadRuns = may(tenant, "runs:read") === null;
  const { data, error } = useQuery(toolsQuery(tenant.slug, { q, cursor, standing, sort }));
  const fared = useQuery({ ...figuresQuery(tenant.slug), enabled: mayReadRuns });
  const figures = new Map(fared.data?.tools.map((one) => [one.tool, one]));
  const narrow = (change: { q?: string; standing?: Standing; sort?: Order }) =>
    navigate({ search: (now) => ({ ...now, ...change, cursor: undefined }), replace: true });
  const search = useDebouncedCallback((text: string) => narrow({ q: text || undefined }), 200);
  const isNarrowed = Boolean(q ?? standing ?? cursor);

  return (
    <Page title="Tools" actions={<NewToolButton />}>
      <ProblemNote error={error} />
      {data && data.items.length === 0 && !isNarrowed ? (
        <Panel>
          <NoTools />
        </Panel>
      ) : (
        <Panel
          flush
          bar={
            <div className={styles.filters}>
            <TextInput
              aria-label="Search tools"
              placeholder="Search by name or what it does"
              size="xs"
              w={280}
              defaultValue={q ?? ""}
              leftSection={<Icon name="search" size={14} />}
              onChange={(event) => search(event.currentTarget.value)}
            />
              <NativeSelect
                aria-label="Which tools"
                size="xs"
                w={170}
                data={STANDINGS}
                value={standing ?? ""}
                disabled={Boolean(q)}
                onChange={(event) => narrow({ standing: (event.currentTarget.value || undefined) as Standing | undefined })}
              />
              <NativeSelect
                aria-label="Order"
                size="xs"
                w={170}
                data={mayReadRuns ? ORDERS : ORDERS.slice(0, 2)}
                value={sort ?? "newest"}
                disabled={Boolean(q)}
                onChange={(event) => narrow({ sort: orderOf(event.currentTarget.value) })}
              />
            </div>
          }
        >
          {data?.items.length === 0 ? (
            <Empty title={q ? `No tool matches “${q}”` : "No tool stands so"}>
              <Link to="/tenants/$tenant/tools" params={{ tenant: tenant.slug }}>
                Show all tools
              </Link>
            </Empty>
          ) : (
            <Table label="Tools" columns={COLUMNS}>
              {data?.items.map((tool) => (
                <ToolRow key={tool.name} tenant={tenant.slug} tool={tool} figures={figures.get(tool.name)} />
              ))}
            </Table>
          )}
          <Pager
            cursor={cursor}
            nextCursor={data?.next_cursor}
            onPage={(next) => navigate({ search: (now) => ({ ...now, cursor: next }) })}
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
