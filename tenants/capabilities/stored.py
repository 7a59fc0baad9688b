"""What tools store counts as their tenant's."""

from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.errors import StorageFullError
from tenants.capabilities.bound import Unable
from tenants.rules import stored_bytes


async def grow(session: AsyncSession, tenant_id: str, more: int) -> None:
    """Count what a call stores, or takes away. Raises Unable for more than the tenant may store."""
    try:
        await stored_bytes.grow(session, tenant_id, more)
    except StorageFullError as full:
        raise Unable("over_quota", full.message, full.hint, full.details) from full
