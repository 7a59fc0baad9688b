import { may } from "../../api/permissions";
import { invitationsQuery, revokeInvitation } from "../../api/settings/invitations";
import { ListPanel } from "../../components/lists/ListPanel";
import { RowAction } from "../../components/lists/RowAction";
import { useList } from "../../components/lists/useList";
import { useTenant } from "../../components/useTenant";
import { InviteMember } from "../../forms/settings/InviteMember";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { ACTIONS, type Columns } from "../../ui/Table";
import { Time } from "../../ui/Time";

const COLUMNS: Columns = ["Email", "Becomes", "Invited by", ["Ends", "end"], ACTIONS];

/** Inviting people, and the invitations that nobody has accepted yet. */
export function Invitations() {
  const { tenant } = useTenant();
  const reason = may(tenant, "members:manage");
  const open = useList({ ...invitationsQuery(tenant.slug), enabled: reason === null }, (id: string) =>
    revokeInvitation(tenant.slug, id),
  );
  return (
    <>
      <Panel title="Invite somebody" aside="By a link that you pass on; no mail is sent">
        <InviteMember onInvited={open.refresh} />
      </Panel>
      <ProblemNote error={open.error} />
      {open.items && open.items.length > 0 && (
        <ListPanel
          title="Open invitations"
          items={open.items}
          label="Open invitations"
          columns={COLUMNS}
          renderRow={(invitation) => (
            <tr key={invitation.id}>
              <td>{invitation.email}</td>
              <td>{invitation.role}</td>
              <td>{invitation.invited_by.label}</td>
              <td data-align="end">
                <Time iso={invitation.expires_at} />
              </td>
              <td data-align="end">
                <RowAction
                  verb="Revoke"
                  to={`the invitation of ${invitation.email}`}
                  ask="Its link stops working. You can invite them again, with a new one."
                  reason={reason}
                  onClick={() => open.remove(invitation.id)}
                />
              </td>
            </tr>
          )}
        />
      )}
    </>
  );
}
