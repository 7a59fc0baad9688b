import { Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import type { MemberOut } from "../../api/generated/types.gen";
import { type Role, changeRole, membersQuery, removeMember } from "../../api/settings/members";
import { useTenant } from "../../components/useTenant";
import { Invitations } from "./Invitations";
import { ROLES } from "../../forms/settings/InviteMember";
import { ProblemNote } from "../../ui/Note";
import { Page, Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { ACTIONS, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";

export function MembersSection() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const members = useQuery(membersQuery(tenant.slug));
  const refresh = () => queries.invalidateQueries({ queryKey: [tenant.slug, "members"] });
  const change = useMutation({
    mutationFn: ({ member, role }: { member: MemberOut; role: Role }) =>
      changeRole(tenant.slug, member.user_id, role),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (member: MemberOut) => removeMember(tenant.slug, member.user_id),
    onSettled: refresh,
  });
  const reason = may(tenant, "members:manage");
  return (
    <Page
      title="Members"
      lead="Viewers read; authors also write specs, submit versions and call tools; approvers also approve, and write files; owners do everything."
    >
      <ProblemNote error={members.error ?? change.error ?? remove.error} />
      <Panel flush>
        <Table label="Members" columns={["Name", "Email", "Role", ["Since", "end"], ACTIONS]}>
          {members.data?.items.map((member) => (
            <tr key={member.user_id}>
              <td>{member.name}</td>
              <td>{member.email}</td>
              <td>
                <Select
                  aria-label={`Role of ${member.name}`}
                  size="xs"
                  w={130}
                  data={ROLES}
                  value={member.role}
                  disabled={reason !== null}
                  onChange={(role) => role && change.mutate({ member, role: role as Role })}
                />
              </td>
              <td data-align="end">
                <Time iso={member.created_at} />
              </td>
              <td data-align="end">
                <ReasonButton
                  size="compact-xs"
                  reason={reason}
                  aria-label={`Remove ${member.name}`}
                  onClick={() => remove.mutate(member)}
                >
                  Remove
                </ReasonButton>
              </td>
            </tr>
          ))}
        </Table>
      </Panel>
      <Invitations />
    </Page>
  );
}
