import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import type { ComparisonOut, VersionOut } from "../../api/generated/types.gen";
import { compareWithHistory } from "../../api/runs/journal";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { Differences, nameOf } from "../code/Differences";
import styles from "./History.module.css";
import { useTenant } from "../useTenant";

function summary(runs: ComparisonOut[]): string {
  const differing = runs.filter((run) => !run.same).length;
  if (runs.length === 0) {
    return "There are no past runs of other versions to compare with.";
  }
  return differing === 0
    ? `It answers all of the last ${runs.length} runs alike, with the same effects.`
    : `It answers ${differing} of the last ${runs.length} runs otherwise.`;
}

/** Would it have done the same? The version, run against the journals of the tool's last real runs. */
export function History({ version }: { version: VersionOut }) {
  const { tenant } = useTenant();
  const compare = useMutation({
    mutationFn: () => compareWithHistory(tenant.slug, version.tool, version.number),
  });
  const reason =
    may(tenant, "runs:read") ?? (version.component_digest === null ? "It has not been built." : null);
  const runs = compare.data?.items;
  return (
    <Panel
      title="Against past runs"
      aside={
        <ReasonButton reason={reason} loading={compare.isPending} onClick={() => compare.mutate()}>
          Compare
        </ReasonButton>
      }
      flush
    >
      <div className={styles.words}>
        <ProblemNote error={compare.error} />
        {runs
          ? summary(runs)
          : "Runs this version on what the tool’s last runs were given and told, and shows what would have come out otherwise. Nothing in the world is touched."}
      </div>
      {runs
        ?.filter((run) => !run.same)
        .map((run) => (
          <details key={run.run} className={styles.run}>
            <summary className={styles.summary}>
              <code>{run.run}</code> differs in {run.differences.map(nameOf).join(", ")}
            </summary>
            <Link
              to="/tenants/$tenant/runs/$runId"
              params={{ tenant: tenant.slug, runId: run.run }}
              className={styles.link}
            >
              The run as it was
            </Link>
            <Differences differences={run.differences} now={`v${version.number}`} />
          </details>
        ))}
    </Panel>
  );
}
