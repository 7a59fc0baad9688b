import { Button, Group } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { auditExportUrl, verifyAudit } from "../../api/settings/audit";
import { useTenant } from "../../components/useTenant";
import { Note, ProblemNote } from "../../ui/Note";
import { count } from "../../ui/format";

/** Has the whole trail gone through, and gives it out to be gone through elsewhere. */
export function VerifyAudit({ reason }: { reason: string | null }) {
  const { tenant } = useTenant();
  const verify = useMutation({ mutationFn: () => verifyAudit(tenant.slug) });
  if (reason !== null) {
    return null;
  }
  return (
    <>
      <Group gap="xs">
        <Button loading={verify.isPending} onClick={() => verify.mutate()}>
          Verify the chain
        </Button>
        <Button component="a" href={auditExportUrl(tenant.slug)} download>
          Export
        </Button>
      </Group>
      <ProblemNote error={verify.error} />
      {verify.data && verify.data.problems.length === 0 && (
        <Note tone="good" title={`${count(verify.data.events)} events, unchanged and in order`}>
          The newest has the hash <code style={{ overflowWrap: "anywhere" }}>{verify.data.last_hash}</code>. Note it
          elsewhere: what was cut off at the end can be seen by nothing else.
        </Note>
      )}
      {verify.data && verify.data.problems.length > 0 && (
        <Note tone="bad" title="This trail is not as it was written">
          <ul>
            {verify.data.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </Note>
      )}
    </>
  );
}
