"""What tools store counts as their tenant's."""

from sqlalchemy.ext.asyncio import AsyncSession

from tenants import storage
from tenants.capabilities.bound import Unable
from tenants.errors import StorageFullError


async def grow(session: AsyncSession, tenant_id: str, more: int) -> None:
    """Count what a call stores, or takes away. Raises Unable for more than the tenant may store."""
    try:
        await storage.grow(session, tenant_id, more)
    except StorageFullError as full:
        raise Unable("over_quota", full.message, full.hint, full.details) from full
