import { Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { type Outcome, type Status, runsQuery } from "../../api/runs/runs";
import { Pager } from "../../components/Pager";
import { RunsTable } from "../../components/runs/RunsTable";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import styles from "./RunsPage.module.css";

const route = getRouteApi("/tenants/$tenant/runs");

const STATUSES = [
  { value: "", label: "Any status" },
  { value: "queued", label: "Queued" },
  { value: "running", label: "Running" },
  { value: "suspended", label: "Suspended" },
  { value: "finished", label: "Finished" },
];

const OUTCOMES = [
  { value: "", label: "Any outcome" },
  { value: "returned", label: "Returned" },
  { value: "failed", label: "Failed" },
  { value: "refused", label: "Refused" },
  { value: "exhausted", label: "Exhausted" },
  { value: "trapped", label: "Trapped" },
  { value: "cancelled", label: "Cancelled" },
];

export default function RunsPage() {
  const { tenant } = useTenant();
  const { tool, status, outcome, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error } = useQuery(runsQuery(tenant.slug, { tool, status, outcome, cursor }));
  const narrow = (change: { tool?: string; status?: Status; outcome?: Outcome }) =>
    navigate({ search: (now) => ({ ...now, ...change, cursor: undefined }), replace: true });
  const filterTool = useDebouncedCallback((text: string) => narrow({ tool: text.trim() || undefined }), 250);
  const isFiltered = Boolean(tool ?? status ?? outcome ?? cursor);

  return (
    <Page title="Runs" lead="Every call of every tool: who called, what came of it, and what it used.">
      <ProblemNote error={error} />
      <Panel
        flush
        bar={
          <div className={styles.filters}>
            <TextInput
              aria-label="Tool"
              placeholder="Tool name"
              size="xs"
              w={220}
              defaultValue={tool ?? ""}
              onChange={(event) => filterTool(event.currentTarget.value)}
            />
            <Select
              aria-label="Status"
              size="xs"
              w={140}
              data={STATUSES}
              value={status ?? ""}
              onChange={(value) => narrow({ status: (value || undefined) as Status | undefined })}
            />
            <Select
              aria-label="Outcome"
              size="xs"
              w={140}
              data={OUTCOMES}
              value={outcome ?? ""}
              onChange={(value) => narrow({ outcome: (value || undefined) as Outcome | undefined })}
            />
          </div>
        }
      >
        {data?.items.length === 0 && isFiltered && (
          <Empty title="No run matches">
            <Link to="/tenants/$tenant/runs" params={{ tenant: tenant.slug }}>
              Show all runs
            </Link>
          </Empty>
        )}
        {data?.items.length === 0 && !isFiltered && (
          <Empty title="No runs yet">
            <p>
              A run appears here when an agent calls a live tool over MCP, when a program calls it over REST,
              or when you call it by hand from the tool’s page.
            </p>
            <Link to="/tenants/$tenant/connect" params={{ tenant: tenant.slug }}>
              How to connect
            </Link>
          </Empty>
        )}
        {data && data.items.length > 0 && <RunsTable tenant={tenant.slug} runs={data.items} withTool />}
        <Pager
          cursor={cursor}
          nextCursor={data?.next_cursor}
          onPage={(next) => navigate({ search: (now) => ({ ...now, cursor: next }) })}
        />
      </Panel>
    </Page>
  );
}
