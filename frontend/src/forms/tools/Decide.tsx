import { Button, Group, Select, Stack, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { decide } from "../../api/permissions";
import type { VersionOut } from "../../api/generated/types.gen";
import { ApiError } from "../../api/problems";
import { tenantQuery } from "../../api/settings/tenant";
import { toolQuery } from "../../api/tools/tools";
import { approveVersion, rejectVersion, versionQuery } from "../../api/tools/versions";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";
import { words } from "../../ui/format";
import { OwnWork } from "./OwnWork";

/** A person's yes or no to exactly the digest on the page. */
export function Decide({ version }: { version: VersionOut }) {
  const { tenant, user } = useTenant();
  const queries = useQueryClient();
  const { data: page } = useQuery(tenantQuery(tenant.slug));
  const { data: tool } = useQuery(toolQuery(tenant.slug, version.tool));
  const [isRejecting, setRejecting] = useState(false);
  const [chosen, setChosen] = useState<number>();
  // Without a version that serves the rest, there is nothing to share.
  const hasBaseline = tool != null && tool.live_version !== null;
  const percent = hasBaseline ? (chosen ?? page?.policy.canary_percent ?? 100) : 100;
  const can = decide(tenant, version, user.id, page?.policy.self_approval);
  const settle = async (now: VersionOut) => {
    queries.setQueryData(versionQuery(tenant.slug, version.tool, version.number).queryKey, now);
    await queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] });
    notifications.show({ message: `${now.tool} version ${now.number} is ${words(now.state)}.` });
  };
  const approve = useMutation({
    mutationFn: () => approveVersion(tenant.slug, version, percent),
    onSuccess: settle,
  });

  if (isRejecting) {
    return <Reject version={version} onSettled={settle} onCancel={() => setRejecting(false)} />;
  }
  return (
    <Stack gap="xs">
      {hasBaseline && can.approve === null && (
        <Share value={percent} live={tool.live_version ?? 0} onChange={setChosen} />
      )}
      <ReasonButton
        variant="filled"
        size="sm"
        fullWidth
        reason={can.approve}
        loading={approve.isPending}
        onClick={() => approve.mutate()}
      >
        {percent === 100 ? "Approve and put live" : `Approve for ${percent} % of calls`}
      </ReasonButton>
      <OwnWork version={version} />
      <ReasonButton size="sm" fullWidth reason={can.reject} onClick={() => setRejecting(true)}>
        Reject
      </ReasonButton>
      <ProblemNote error={approve.error} />
      {approve.error instanceof ApiError && approve.error.code === "stale_digest" && (
        <Button
          onClick={() =>
            queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] }).then(() => approve.reset())
          }
        >
          Load what is there now
        </Button>
      )}
    </Stack>
  );
}

const SHARES = [100, 1, 5, 10, 25, 50];

/** All calls at once, or a canary first. */
function Share({ value, live, onChange }: { value: number; live: number; onChange: (share: number) => void }) {
  const shares = [...new Set([...SHARES, value])];
  return (
    <Select
      label="Calls it serves at first"
      description={
        value === 100
          ? undefined
          : `Version ${live} serves the rest. If this one fails more often, it is taken back by itself.`
      }
      size="xs"
      data={shares.map((share) => ({
        value: String(share),
        label: share === 100 ? "All of them, at once" : `${share} %, as a canary`,
      }))}
      value={String(value)}
      allowDeselect={false}
      onChange={(share) => share && onChange(Number(share))}
    />
  );
}

type RejectProps = {
  version: VersionOut;
  onSettled: (now: VersionOut) => Promise<void>;
  onCancel: () => void;
};

function Reject({ version, onSettled, onCancel }: RejectProps) {
  const { tenant } = useTenant();
  const [reason, setReason] = useState("");
  const reject = useMutation({
    mutationFn: () => rejectVersion(tenant.slug, version.tool, version.number, reason.trim()),
    onSuccess: onSettled,
  });
  return (
    <Stack gap="xs">
      <Textarea
        label="Why not?"
        description="The author reads this and answers with a new version."
        autosize
        minRows={3}
        autoFocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <ProblemNote error={reject.error} />
      <Group gap="xs" grow>
        <Button onClick={onCancel}>Cancel</Button>
        <ReasonButton
          variant="filled"
          color="red"
          reason={reason.trim() === "" ? "Say why: the author cannot guess it." : null}
          loading={reject.isPending}
          onClick={() => reject.mutate()}
        >
          Reject version
        </ReasonButton>
      </Group>
    </Stack>
  );
}
