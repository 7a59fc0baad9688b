import { useQuery } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import { usageQuery } from "../../api/tools/usage";
import { Tidying } from "../../components/tools/Tidying";
import { useTenant } from "../../components/useTenant";
import { Meter } from "../../ui/Meter";
import { ProblemNote } from "../../ui/Note";
import { Facts, Page, Panel } from "../../ui/Page";
import { Time } from "../../ui/Time";
import { count, dollars, fuel, milliseconds } from "../../ui/format";
import { UsedByDay } from "./UsedByDay";

export function UsageSection() {
  const { tenant } = useTenant();
  const { data, error } = useQuery(usageQuery(tenant.slug));
  return (
    <Page title="Usage" lead="Since the month began, in UTC.">
      <ProblemNote error={error} />
      {data && (
        <>
          <Panel title="Runs">
            <Facts
              items={[
                ["Runs", count(data.runs)],
                ["Time", milliseconds(data.wall_ms)],
                ["Fuel", fuel(data.fuel_used)],
                ["Host calls", count(data.host_calls)],
                ["Counted since", <Time key="since" iso={data.since} />],
              ]}
            />
          </Panel>
          <Panel title="Models that write tools" aside={`${fuel(data.generation.tokens)} tokens`}>
            <Meter
              label="Spent"
              value={data.generation.usd}
              limit={data.generation.budget_usd}
              format={dollars}
            />
          </Panel>
        </>
      )}
      {may(tenant, "runs:read") === null && <UsedByDay />}
      <Tidying />
    </Page>
  );
}
