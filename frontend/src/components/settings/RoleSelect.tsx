import { Select } from "@mantine/core";
import { useState } from "react";
import type { MemberOut } from "../../api/generated/types.gen";
import type { Role } from "../../api/settings/members";
import { LateAsk } from "../../ui/dialogs/LateAsk";
import { MAY, ROLES } from "./roles";

type RoleSelectProps = {
  member: MemberOut;
  reason: string | null;
  onChange: (role: Role) => void;
};

/** A member's role. Another one counts from their next request on, so it is asked about first. */
export function RoleSelect({ member, reason, onChange }: RoleSelectProps) {
  const [wanted, want] = useState<Role>(member.role);
  const [isAsking, ask] = useState(false);
  return (
    <>
      <Select
        aria-label={`Role of ${member.name}`}
        size="xs"
        w={130}
        data={ROLES}
        value={member.role}
        allowDeselect={false}
        disabled={reason !== null}
        onChange={(role) => {
          if (role && role !== member.role) {
            want(role as Role);
            ask(true);
          }
        }}
      />
      <LateAsk
        question={{
          title: `Make ${member.name} ${wanted}?`,
          what: `${member.name} then may: ${MAY[wanted]} It counts from their next request on.`,
          yes: `Make ${wanted}`,
        }}
        isOpen={isAsking}
        onYes={() => onChange(wanted)}
        onClose={() => ask(false)}
      />
    </>
  );
}
