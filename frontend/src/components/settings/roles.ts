import type { Role } from "../../api/settings/members";

// A record, so that the compiler asks for a role that the API gains.
const NAMES: Record<Role, string> = {
  owner: "owner",
  approver: "approver",
  author: "author",
  viewer: "viewer",
};

/** As a select takes them. */
export const ROLES = Object.entries(NAMES).map(([value, label]) => ({ value, label }));
