import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { USE_DAYS } from "../../api/addresses/search";
import { dailyUsageQuery } from "../../api/tools/usage";
import { DailyChart, DailyTable } from "../../components/settings/DailyUse";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { Empty, Panel } from "../../ui/Page";

const route = getRouteApi("/tenants/$tenant/settings/$section");
const USUAL_DAYS = 14;
const BY = [
  { value: "tool", label: "By tool" },
  { value: "caller", label: "By caller" },
];
const DAYS = USE_DAYS.map((days) => ({ value: String(days), label: `In ${days} days` }));

/** What was used over time, by tool or by caller; what is chosen stands in the address. */
export function UsedByDay() {
  const { tenant } = useTenant();
  const { by = "tool", days = USUAL_DAYS } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error } = useQuery(dailyUsageQuery(tenant.slug, by, days));
  return (
    <Panel
      title="Over time"
      aside={
        <>
          <NativeSelect
            aria-label="Used by"
            size="xs"
            data={BY}
            value={by}
            onChange={(event) => {
              const chosen = event.currentTarget.value === "caller" ? "caller" : undefined;
              void navigate({ search: (now) => ({ ...now, by: chosen }), replace: true });
            }}
          />
          <NativeSelect
            aria-label="How far back"
            size="xs"
            data={DAYS}
            value={String(days)}
            onChange={(event) => {
              const chosen = USE_DAYS.find((one) => one === Number(event.currentTarget.value));
              void navigate({ search: (now) => ({ ...now, days: chosen }), replace: true });
            }}
          />
        </>
      }
    >
      <ProblemNote error={error} />
      {data && data.used.length === 0 && <Empty title="Nothing was called">No tool was called in these days.</Empty>}
      {data && data.used.length > 0 && (
        <>
          <DailyChart usage={data} />
          <DailyTable usage={data} by={by} />
        </>
      )}
    </Panel>
  );
}
