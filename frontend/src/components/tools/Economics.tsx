import { useQuery } from "@tanstack/react-query";
import type { BreakEven, ToolOut } from "../../api/generated/types.gen";
import { economicsQuery } from "../../api/tools/usage";
import { Facts, Panel } from "../../ui/Page";
import { Prose } from "../../ui/Prose";
import { count, dollars, fuel } from "../../ui/format";
import { BreakEvenCurve } from "./BreakEvenCurve";
import styles from "./Economics.module.css";
import { useTenant } from "../useTenant";

function paidBack({ runs, reached }: BreakEven): string {
  if (runs === null) {
    return "never, as it is used";
  }
  if (runs === 0) {
    return "yes, from the first run";
  }
  return reached ? `yes, after ${count(runs)} runs` : `after ${count(runs)} runs`;
}

/** What a tool cost to make and what it saves; the method is said with the figures. */
export function Economics({ tool }: { tool: ToolOut }) {
  const { tenant } = useTenant();
  const { data } = useQuery(economicsQuery(tenant.slug, tool.name));
  if (!data || data.runs === 0) {
    return null;
  }
  return (
    <Panel title="What it costs and saves" aside={`over ${count(data.runs)} runs`}>
      <Facts
        items={[
          ["Saved", `${dollars(data.saved.usd)} (${fuel(data.saved.tokens)} tokens)`],
          ["Spent on writing it", dollars(data.spent.usd)],
          ["A call takes", `${fuel(data.per_run.tokens)} tokens`],
          [
            "Done step by step",
            `${fuel(data.per_run.stepwise_tokens)} tokens in ${count(data.per_run.steps)} calls`,
          ],
          ["Has paid for itself", paidBack(data.break_even)],
        ]}
      />
      {data.spent.usd > 0 && <BreakEvenCurve economics={data} />}
      <details className={styles.method}>
        <summary>How this is worked out</summary>
        <Prose text={data.method} />
      </details>
    </Panel>
  );
}
