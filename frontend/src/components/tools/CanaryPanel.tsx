import { Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import { canariesQuery, changeCanary, promoteCanary, stopCanary } from "../../api/tools/canaries";
import type { CanaryOut, Tally, ToolOut } from "../../api/generated/types.gen";
import { Note, ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { Prose } from "../../ui/Prose";
import { AskButton } from "../../ui/dialogs/AskButton";
import { Time } from "../../ui/Time";
import { count } from "../../ui/format";
import styles from "./CanaryPanel.module.css";
import { useTenant } from "../useTenant";

const SHARES = [1, 5, 10, 25, 50, 75, 90];

const failed = (tally: Tally) => `${count(tally.failed)} of ${count(tally.calls)} calls failed`;

/** The newer version that serves a share of the calls, or what has become of the last one; `of`: only if it is that. */
export function CanaryPanel({ tool, of }: { tool: ToolOut; of?: number }) {
  const { tenant } = useTenant();
  const { data } = useQuery(canariesQuery(tenant.slug, tool.name));
  const canary = data?.items[0];
  if (!canary || (of !== undefined && canary.version !== of)) {
    return null;
  }
  if (canary.ended_at === null) {
    return <Running tool={tool} canary={canary} />;
  }
  // Said for as long as the tool stands where it was taken back to.
  const isNews = canary.ending === "rolled_back" && tool.live_version === canary.baseline;
  return isNews ? <TakenBack canary={canary} /> : null;
}

function TakenBack({ canary }: { canary: CanaryOut }) {
  const { figures } = canary;
  return (
    <Note tone="bad" title={`Version ${canary.version} was taken back by itself: it failed more often.`}>
      Of version {canary.version}, {failed(figures.canary)}; of version {canary.baseline},{" "}
      {failed(figures.baseline)}. Version {canary.baseline} has served every call again since{" "}
      {canary.ended_at && <Time iso={canary.ended_at} />}.
    </Note>
  );
}

function Running({ tool, canary }: { tool: ToolOut; canary: CanaryOut }) {
  return (
    <Panel title="Canary" aside={<Controls tool={tool} canary={canary} />}>
      <div className={styles.sides}>
        <Side name={`Version ${canary.version}, the canary`} share={canary.percent} tally={canary.figures.canary} isNew />
        <Side
          name={`Version ${canary.baseline}`}
          share={100 - canary.percent}
          tally={canary.figures.baseline}
          isNew={false}
        />
      </div>
      <p className={styles.words}>
        Counted since <Time iso={canary.since} />.{" "}
        {canary.promotes_after === null
          ? "It goes on until somebody promotes or stops it, or until it fails more often than the version before."
          : `After ${count(canary.promotes_after)} calls it takes over by itself, if it has failed no more often.`}
      </p>
      <details className={styles.rule}>
        <summary>When is it taken back?</summary>
        <Prose text={canary.rule} />
      </details>
    </Panel>
  );
}

function Side({ name, share, tally, isNew }: { name: string; share: number; tally: Tally; isNew: boolean }) {
  return (
    <div className={styles.side}>
      <div className={styles.name}>{name}</div>
      <div className={`${styles.share} num`}>{share} %</div>
      <div className={styles.track} aria-hidden="true">
        <div className={styles.fill} data-new={isNew} style={{ width: `${share}%` }} />
      </div>
      <div className={styles.tally}>{tally.calls === 0 ? "no calls yet" : failed(tally)}</div>
    </div>
  );
}

function Controls({ tool, canary }: { tool: ToolOut; canary: CanaryOut }) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const reason = may(tenant, "versions:approve");
  const settled = () => queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] });
  const change = useMutation({
    mutationFn: (percent: number) => changeCanary(tenant.slug, tool.name, percent),
    onSettled: settled,
  });
  const promote = useMutation({ mutationFn: () => promoteCanary(tenant.slug, tool.name), onSettled: settled });
  const stop = useMutation({ mutationFn: () => stopCanary(tenant.slug, tool.name), onSettled: settled });
  const shares = [...new Set([...SHARES, canary.percent])].toSorted((a, b) => a - b);
  return (
    <div className={styles.controls}>
      <ProblemNote error={change.error ?? promote.error ?? stop.error} />
      <Select
        aria-label="Share of the canary"
        size="xs"
        w={96}
        disabled={reason !== null || change.isPending}
        data={shares.map((share) => ({ value: String(share), label: `${share} %` }))}
        value={String(canary.percent)}
        allowDeselect={false}
        onChange={(value) => value && change.mutate(Number(value))}
      />
      <AskButton
        size="xs"
        reason={reason}
        loading={stop.isPending}
        question={{
          title: `Stop the canary, version ${canary.version}?`,
          what: `Version ${canary.baseline} serves every call again, at once. Version ${canary.version} is retired.`,
          yes: "Stop it",
        }}
        onYes={() => stop.mutate()}
      >
        Stop
      </AskButton>
      <AskButton
        size="xs"
        variant="filled"
        reason={reason}
        loading={promote.isPending}
        question={{
          title: `Promote version ${canary.version}?`,
          what: `It serves every call from now on, and version ${canary.baseline} none. It is watched no more, and no longer taken back by itself.`,
          yes: "Promote",
          isHarmless: true,
        }}
        onYes={() => promote.mutate()}
      >
        Promote now
      </AskButton>
    </div>
  );
}
