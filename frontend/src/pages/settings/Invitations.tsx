import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import type { InvitationOut } from "../../api/generated/types.gen";
import { invitationsQuery, revokeInvitation } from "../../api/settings/invitations";
import { InviteMember } from "../../forms/settings/InviteMember";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { useTenant } from "../../components/useTenant";

const COLUMNS: Columns = ["Email", "Becomes", "Invited by", ["Ends", "end"], ACTIONS];

/** Inviting people, and the invitations that nobody has accepted yet. */
export function Invitations() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const reason = may(tenant, "members:manage");
  const open = useQuery({ ...invitationsQuery(tenant.slug), enabled: reason === null });
  const refresh = () => queries.invalidateQueries({ queryKey: [tenant.slug, "invitations"] });
  const revoke = useMutation({
    mutationFn: (invitation: InvitationOut) => revokeInvitation(tenant.slug, invitation.id),
    onSettled: refresh,
  });
  return (
    <>
      <Panel title="Invite somebody" aside="By a link that you pass on; no mail is sent">
        <InviteMember onInvited={refresh} />
      </Panel>
      <ProblemNote error={open.error ?? revoke.error} />
      {open.data && open.data.items.length > 0 && (
        <Panel title="Open invitations" flush>
          <Table label="Open invitations" columns={COLUMNS}>
            {open.data.items.map((invitation) => (
              <tr key={invitation.id}>
                <td>{invitation.email}</td>
                <td>{invitation.role}</td>
                <td>{invitation.invited_by.label}</td>
                <td data-align="end">
                  <Time iso={invitation.expires_at} />
                </td>
                <td data-align="end">
                  <ReasonButton
                    size="compact-xs"
                    reason={reason}
                    aria-label={`Revoke the invitation of ${invitation.email}`}
                    onClick={() => revoke.mutate(invitation)}
                  >
                    Revoke
                  </ReasonButton>
                </td>
              </tr>
            ))}
          </Table>
        </Panel>
      )}
    </>
  );
}
