import { Group } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, getRouteApi, useNavigate } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import type { ScheduleOut } from "../../api/generated/types.gen";
import { toolNamesQuery } from "../../api/runs/overview";
import { pauseSchedule, removeSchedule, schedulesQuery } from "../../api/runs/schedules";
import { startRun } from "../../api/runs/runs";
import { ListPanel } from "../../components/lists/ListPanel";
import { RowAction } from "../../components/lists/RowAction";
import { RunBadge } from "../../components/Badges";
import { Pager } from "../../components/Pager";
import { useTenant } from "../../components/useTenant";
import { CreateSchedule } from "../../forms/runs/CreateSchedule";
import { ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import { ACTIONS, type Columns } from "../../ui/Table";
import { Time } from "../../ui/Time";
import styles from "./SchedulesPage.module.css";

const route = getRouteApi("/tenants/$tenant/schedules");
const COLUMNS: Columns = ["Tool", "When", "Next", "Last", "By", ACTIONS];

export default function SchedulesPage() {
  const { tenant } = useTenant();
  const { cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const { data, error } = useQuery(schedulesQuery(tenant.slug, cursor));
  const { data: tools } = useQuery(toolNamesQuery(tenant.slug));
  const live = tools?.items.filter((tool) => tool.live_version !== null).map((tool) => tool.name);
  const refresh = () => queries.invalidateQueries({ queryKey: [tenant.slug, "schedules"] });
  return (
    <Page title="Schedules" lead="Tools called by the clock, on behalf of the person who scheduled them.">
      <ProblemNote error={error} />
      <ListPanel
        items={data?.items}
        label="Schedules"
        columns={COLUMNS}
        empty={
          <Empty title="Nothing is scheduled">Choose a live tool below, say when, and what to give it.</Empty>
        }
        renderRow={(schedule) => <Row key={schedule.id} schedule={schedule} onChanged={refresh} />}
      >
        <Pager
          cursor={cursor}
          nextCursor={data?.next_cursor}
          onPage={(next) => navigate({ search: { cursor: next } })}
        />
      </ListPanel>
      <Panel title="Schedule a tool">
        <CreateSchedule tools={live} onCreated={refresh} />
      </Panel>
    </Page>
  );
}

function Row({ schedule, onChanged }: { schedule: ScheduleOut; onChanged: () => Promise<void> }) {
  const { tenant } = useTenant();
  const navigate = useNavigate();
  const reason = may(tenant, "tools:call");
  const pause = useMutation({
    mutationFn: () => pauseSchedule(tenant.slug, schedule.id, !schedule.paused),
    onSettled: onChanged,
  });
  const remove = useMutation({
    mutationFn: () => removeSchedule(tenant.slug, schedule.id),
    onSettled: onChanged,
  });
  const now = useMutation({
    mutationFn: () => startRun(tenant.slug, schedule.tool, schedule.arguments),
    onSuccess: (run) =>
      navigate({ to: "/tenants/$tenant/runs/$runId", params: { tenant: tenant.slug, runId: run.id } }),
  });
  const error = pause.error ?? remove.error ?? now.error;
  return (
    <tr>
      <td>
        <Link to="/tenants/$tenant/tools/$name" params={{ tenant: tenant.slug, name: schedule.tool }}>
          <code>{schedule.tool}</code>
        </Link>
      </td>
      <td>
        {schedule.words}
        <div className={styles.cron}>
          <code>{schedule.cron}</code> {schedule.zone}
        </div>
      </td>
      <td>{schedule.paused ? "paused" : schedule.next_at && <Time iso={schedule.next_at} />}</td>
      <td>
        <Last schedule={schedule} />
        {error && <ProblemNote error={error} />}
      </td>
      <td>{schedule.created_by.label}</td>
      <td>
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          <RowAction
            verb="Run now"
            to={schedule.tool}
            ask="It is called once, for you, with the schedule’s arguments. Its next times stay as they are."
            reason={reason}
            loading={now.isPending}
            onClick={() => now.mutate()}
          />
          <RowAction
            verb={schedule.paused ? "Go on" : "Pause"}
            to={`the schedule of ${schedule.tool}`}
            reason={reason}
            loading={pause.isPending}
            onClick={() => pause.mutate()}
          />
          <RowAction
            verb="Remove"
            to={`the schedule of ${schedule.tool}`}
            ask="It is not called by the clock any more. Pause it to keep it for later."
            reason={reason}
            loading={remove.isPending}
            onClick={() => remove.mutate()}
          />
        </Group>
      </td>
    </tr>
  );
}

function Last({ schedule }: { schedule: ScheduleOut }) {
  const { tenant } = useTenant();
  if (schedule.last_error) {
    return <span className={styles.bad}>could not be called: {schedule.last_error}</span>;
  }
  if (!schedule.last_at) {
    return "never";
  }
  if (!schedule.last_run) {
    return <Time iso={schedule.last_at} />;
  }
  return (
    <Link to="/tenants/$tenant/runs/$runId" params={{ tenant: tenant.slug, runId: schedule.last_run }}>
      <RunBadge run={{ status: schedule.last_outcome ? "finished" : "running", outcome: schedule.last_outcome }} />{" "}
      <Time iso={schedule.last_at} />
    </Link>
  );
}
