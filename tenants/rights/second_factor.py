"""What a session may not do before a second factor was shown in it: the tenant's policy says whom it asks."""

from tenants.models import Tenant
from tenants.rights.access import GUARDED, Permission, Role, permissions_of

# Whom a tenant's policy asks.
ASKED = ("none", "approvers", "everyone")


def withheld(tenant: Tenant, role: Role, *, shown: bool) -> frozenset[Permission]:
    """What a role lacks in a session, for which `shown` says whether it has shown a second factor."""
    asked = tenant.policy.get("second_factor", "none")
    if shown or asked == "none":
        return frozenset()
    held = permissions_of(role)
    return held & GUARDED if asked == "approvers" else held
