"""Who may do what: a table from role to permissions, one from scope to permissions, and the Actor who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tenants.base.errors import NotAllowedError, SecondFactorNeededError


class Permission(StrEnum):
    TOOLS_READ = "tools:read"
    TOOLS_CALL = "tools:call"
    TOOLS_AUTHOR = "tools:author"
    VERSIONS_APPROVE = "versions:approve"
    RUNS_READ = "runs:read"
    RUNS_CANCEL = "runs:cancel"
    DATA_WRITE = "data:write"
    SECRETS_MANAGE = "secrets:manage"
    MEMBERS_MANAGE = "members:manage"
    KEYS_MANAGE = "keys:manage"
    AUDIT_READ = "audit:read"
    TENANT_MANAGE = "tenant:manage"


class Role(StrEnum):
    OWNER = "owner"
    APPROVER = "approver"
    AUTHOR = "author"
    VIEWER = "viewer"


_VIEWER = frozenset({Permission.TOOLS_READ, Permission.RUNS_READ})
_AUTHOR = _VIEWER | {
    Permission.TOOLS_CALL,
    Permission.TOOLS_AUTHOR,
    Permission.RUNS_CANCEL,
    Permission.KEYS_MANAGE,
}
# What live tools read is written by those who answer for what is live: a proposal must not reach production by a file.
_APPROVER = _AUTHOR | {
    Permission.VERSIONS_APPROVE,
    Permission.DATA_WRITE,
    Permission.SECRETS_MANAGE,
    Permission.AUDIT_READ,
}

# What approving and owning are beyond writing tools: a tenant may ask for a second factor before it.
GUARDED = frozenset(Permission) - _AUTHOR

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.AUTHOR: _AUTHOR,
    Role.APPROVER: _APPROVER,
    Role.OWNER: frozenset(Permission),
}

# What a key or a token carries. Absence grants nothing.
SCOPE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    "tools:call": frozenset({Permission.TOOLS_READ, Permission.TOOLS_CALL}),
    "tools:author": frozenset({Permission.TOOLS_READ, Permission.TOOLS_AUTHOR}),
    "runs:read": frozenset({Permission.RUNS_READ}),
    "runs:cancel": frozenset({Permission.RUNS_READ, Permission.RUNS_CANCEL}),
    "versions:approve": frozenset({Permission.TOOLS_READ, Permission.VERSIONS_APPROVE}),
    "data:write": frozenset({Permission.DATA_WRITE}),
    "secrets:manage": frozenset({Permission.SECRETS_MANAGE}),
    "members:manage": frozenset({Permission.MEMBERS_MANAGE}),
    "keys:manage": frozenset({Permission.KEYS_MANAGE}),
    "audit:read": frozenset({Permission.AUDIT_READ}),
    "tenant:manage": frozenset({Permission.TENANT_MANAGE}),
}
# An agent's OAuth token can hold these and no others: no agent can approve its own work.
AGENT_SCOPES = frozenset({"tools:call", "tools:author", "runs:read"})


class ActorKind(StrEnum):
    PERSON = "person"
    API_KEY = "api_key"
    AGENT = "agent"
    PLATFORM = "platform"  # only in records of what happened by itself


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone acting in one tenant: a person in the dashboard, an API key, or an agent or machine with a token.

    `user_id` is the person who answers for it: who signed in, made the key or the machine's client, or gave the
    consent. None for the platform alone. `grant_id` is what an agent's or a machine's token came of.
    """

    kind: ActorKind
    id: str
    label: str
    tenant_id: str
    tenant_slug: str
    user_id: str | None
    permissions: frozenset[Permission] = field(default_factory=frozenset[Permission])
    grant_id: str | None = None
    # What the role holds and this session does not, because it has shown no second factor.
    withheld: frozenset[Permission] = field(default_factory=frozenset[Permission])

    def require(self, permission: Permission) -> None:
        """Raise NotAllowedError, saying who can, unless this actor has the permission."""
        if permission in self.withheld:
            raise SecondFactorNeededError(permission.value)
        if permission not in self.permissions:
            roles = [role.value for role, held in ROLE_PERMISSIONS.items() if permission in held]
            agents = permission is not Permission.VERSIONS_APPROVE
            raise NotAllowedError(
                f"This needs the permission {permission.value}.",
                hint=f"Roles that have it: {', '.join(roles)}. A key or token needs a scope that holds it"
                + ("." if agents else ", and an agent's token can never hold it."),
                permission=permission.value,
            )

    def require_to_decide(self) -> None:
        """Raise NotAllowedError unless this actor may decide what is served: no agent may, whatever it holds."""
        if self.kind is ActorKind.AGENT:
            raise NotAllowedError("An agent cannot approve.", hint="A person decides, in the dashboard.")
        self.require(Permission.VERSIONS_APPROVE)

    def who(self) -> dict[str, str | None]:
        """Return how this actor is written into rows: kind, id, label, and the person behind."""
        return {"kind": self.kind.value, "id": self.id, "label": self.label, "user_id": self.user_id}

    def same_person(self, who: Mapping[str, object]) -> bool:
        """Whether `who` (see above) is this actor, or has the same person behind it."""
        return who.get("id") == self.id or (self.user_id is not None and who.get("user_id") == self.user_id)

    def is_caller(self, who: Mapping[str, object]) -> bool:
        """Whether `who` is this very actor; or one that the person who is signed in answers for.

        A key or an agent speaks for itself alone, also beside another one of the same person.
        """
        is_answerable = self.kind is ActorKind.PERSON and who.get("user_id") == self.user_id
        return who.get("id") == self.id or is_answerable


def permissions_of(role: Role, scopes: list[str] | None = None) -> frozenset[Permission]:
    """Return what a role may do, narrowed to `scopes` when a key or token carries some."""
    held = ROLE_PERMISSIONS[role]
    if scopes is None:
        return held
    return held & frozenset(p for scope in scopes for p in SCOPE_PERMISSIONS.get(scope, frozenset()))
