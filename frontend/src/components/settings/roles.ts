import type { Role } from "../../api/settings/members";

// A record, so that the compiler asks for a role that the API gains.
const NAMES: Record<Role, string> = {
  owner: "owner",
  approver: "approver",
  author: "author",
  viewer: "viewer",
};

/** What each may do, in words: ROLE_PERMISSIONS in tenants/rights/access.py. */
export const MAY: Record<Role, string> = {
  viewer: "read tools and runs.",
  author: "read, write specs, submit versions, call tools, stop runs and make API keys.",
  approver: "do what authors do, and approve versions, write data and files, keep secrets and read the audit trail.",
  owner: "do everything, and remove you.",
};

/** As a select takes them. */
export const ROLES = Object.entries(NAMES).map(([value, label]) => ({ value, label }));
