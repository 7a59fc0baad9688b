import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { MemberOut, VersionOut } from "../../api/generated/types.gen";
import { decide, may } from "../../api/permissions";
import { membersQuery } from "../../api/settings/members";
import { changePolicy, tenantQuery } from "../../api/settings/tenant";
import { useTenant } from "../../components/useTenant";
import { Note, ProblemNote } from "../../ui/Note";
import styles from "./OwnWork.module.css";

const decides = (member: MemberOut) => member.role === "approver" || member.role === "owner";

/**
 * For whoever may approve, and not this version, because they wrote it: who decides instead, and, where there is
 * nobody, the choice that an owner has. Said in words on the page, since the first tool of a new tenant waits for it.
 */
export function OwnWork({ version }: { version: VersionOut }) {
  const { tenant, user } = useTenant();
  const { data: page } = useQuery(tenantQuery(tenant.slug));
  const selfApproval = page?.policy.self_approval;
  const isKept = decide(tenant, version, user.id, selfApproval).approve !== null;
  const isOwn = isKept && decide(tenant, version, user.id, true).approve === null;
  const members = useQuery({ ...membersQuery(tenant.slug), enabled: selfApproval === false && isOwn });
  if (selfApproval !== false || !isOwn || !members.data) {
    return null;
  }
  const others = members.data.items.filter((member) => decides(member) && member.user_id !== user.id);
  if (others.length > 0) {
    return (
      <Note tone="busy" title="You wrote this version: a second person decides">
        {others.slice(0, 5).map((member) => member.name).join(", ")} can approve it.
      </Note>
    );
  }
  return <Alone isOwner={may(tenant, "tenant:manage") === null} />;
}

function Alone({ isOwner }: { isOwner: boolean }) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const allow = useMutation({
    meta: { said: "Authors may approve their own versions now." },
    mutationFn: () => changePolicy(tenant.slug, { self_approval: true }),
    onSuccess: (policy) =>
      queries.setQueryData(tenantQuery(tenant.slug).queryKey, (now) => now && { ...now, policy }),
  });
  return (
    <Note tone="warn" title="You wrote this version, and nobody else here can approve it">
      <p>
        A new tenant asks for a second person, so that no one alone puts code live.{" "}
        {isOwner ? "You choose, once:" : "Ask an owner to invite an approver, or to let authors approve their own versions."}
      </p>
      {isOwner && (
        <div className={styles.ways}>
          <Button size="xs" variant="filled" loading={allow.isPending} onClick={() => allow.mutate()}>
            Let authors approve their own work
          </Button>
          <span>
            Whoever writes a version may then approve it, alone. The audit trail keeps who did, and you can change it
            back under Policy.
          </span>
          <Link to="/tenants/$tenant/settings/$section" params={{ tenant: tenant.slug, section: "members" }}>
            Invite an approver instead
          </Link>
        </div>
      )}
      <ProblemNote error={allow.error} />
    </Note>
  );
}
