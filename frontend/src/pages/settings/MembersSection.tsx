import { useMutation } from "@tanstack/react-query";
import type { MemberOut } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { type Role, changeRole, membersQuery, removeMember } from "../../api/settings/members";
import { ListPage } from "../../components/lists/ListPage";
import { ListPanel } from "../../components/lists/ListPanel";
import { RowAction } from "../../components/lists/RowAction";
import { useList } from "../../components/lists/useList";
import { MAY } from "../../components/settings/roles";
import { RoleSelect } from "../../components/settings/RoleSelect";
import { useTenant } from "../../components/useTenant";
import { Facts, Panel } from "../../ui/Page";
import { ACTIONS, type Columns } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { Invitations } from "./Invitations";

const COLUMNS: Columns = ["Name", "Email", "Role", ["Since", "end"], ["Last seen", "end"], ACTIONS];

export function MembersSection() {
  const { tenant } = useTenant();
  const members = useList(membersQuery(tenant.slug), (id: string) => removeMember(tenant.slug, id));
  const change = useMutation({
    mutationFn: ({ member, role }: { member: MemberOut; role: Role }) =>
      changeRole(tenant.slug, member.user_id, role),
    onSettled: members.refresh,
  });
  const reason = may(tenant, "members:manage");
  return (
    <ListPage
      title="Members"
      lead="What each may do is their role’s; another role counts from their next request on."
      error={members.error ?? change.error}
    >
      <ListPanel
        items={members.items}
        label="Members"
        columns={COLUMNS}
        renderRow={(member) => (
          <tr key={member.user_id}>
            <td>{member.name}</td>
            <td>{member.email}</td>
            <td>
              <RoleSelect member={member} reason={reason} onChange={(role) => change.mutate({ member, role })} />
            </td>
            <td data-align="end">
              <Time iso={member.created_at} />
            </td>
            <td data-align="end">{reason === null && <Time iso={member.last_seen_at} />}</td>
            <td data-align="end">
              <RowAction
                verb="Remove"
                to={member.name}
                ask="They lose access at once, and with them their API keys, agents and schedules here, for good."
                reason={reason}
                onClick={() => members.remove(member.user_id)}
              />
            </td>
          </tr>
        )}
      />
      <Panel title="What each role may do">
        <Facts items={Object.entries(MAY).map(([role, words]) => [role, words])} />
      </Panel>
      <Invitations />
    </ListPage>
  );
}
