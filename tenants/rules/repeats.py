"""What a tenant lets us repeat though nobody knows whether it happened: it prefers twice to never."""

from sandbox import CAPABILITIES
from tenants.base.db import Database
from tenants.models import Tenant

REPEATABLE = tuple(sorted(name for name, one in CAPABILITIES.items() if one.traits.repeatable))
CHOICES = ("report", "retry")


async def repeated(database: Database, tenant_id: str) -> frozenset[str]:
    """Return the capabilities whose uncertain calls the tenant has repeated; of the others it is told."""
    async with database.reading(tenant_id) as session:
        tenant = await session.get(Tenant, tenant_id)
    chosen: dict[str, str] = tenant.policy.get("uncertain", {}) if tenant else {}
    return frozenset(capability for capability in REPEATABLE if chosen.get(capability) == "retry")
