import type { Permission, TenantOut, VersionOut } from "./generated/types.gen";

/** The dashboard asks before the server refuses: each answer is null, or the reason to show on the disabled control. */
export type Reason = string | null;

// ROLE_PERMISSIONS in tenants/rights/access.py, in words; the server enforces it.
const HOLDERS: Record<Permission, string> = {
  "tools:read": "members",
  "runs:read": "members",
  "tools:call": "authors, approvers and owners",
  "tools:author": "authors, approvers and owners",
  "runs:cancel": "authors, approvers and owners",
  "keys:manage": "authors, approvers and owners",
  "versions:approve": "approvers and owners",
  "data:write": "approvers and owners",
  "secrets:manage": "approvers and owners",
  "audit:read": "approvers and owners",
  "members:manage": "owners",
  "tenant:manage": "owners",
};

export function may(tenant: TenantOut, permission: Permission): Reason {
  if (tenant.permissions.includes(permission)) {
    return null;
  }
  if (tenant.second_factor_needed) {
    return "This tenant asks for a second factor. Add one in your profile, or log in again with it.";
  }
  return `Only ${HOLDERS[permission]} can do this. You are ${tenant.role} here.`;
}

const STATE_REASONS: Record<VersionOut["state"], string> = {
  draft: "It has not been checked yet.",
  generating: "Its source is still being written.",
  checking: "Its gates are still running.",
  rejected: "It was rejected. Submit a new version instead.",
  awaiting_approval: "",
  live: "It is live already.",
  retired: "It is retired. Roll back to it from the tool's page.",
};

/** Whether this person can approve or reject this version now. */
export function decide(
  tenant: TenantOut,
  version: VersionOut,
  userId: string,
  selfApproval: boolean | undefined,
): { approve: Reason; reject: Reason } {
  const never = may(tenant, "versions:approve") ?? (STATE_REASONS[version.state] || null);
  const author = version.author.user_id ?? null;
  const alone = selfApproval === false && (author === null || author === userId);
  const whose = author === null ? "Nobody is known to answer for who wrote this version" : "You wrote this version";
  return {
    approve:
      never ??
      (alone
        ? `${whose}, and this tenant’s policy asks for a second person. Another approver decides, or an owner changes the policy.`
        : null),
    reject: never,
  };
}

export function call(tenant: TenantOut, liveVersion: number | null): Reason {
  return may(tenant, "tools:call") ?? (liveVersion === null ? "No version is live yet." : null);
}
