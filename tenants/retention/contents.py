"""Contents in the storage that no row names: left behind by a write or a removal that was ended in the middle."""

from datetime import timedelta

from sqlalchemy import select

from tenants.base.db import Database, now
from tenants.capabilities.files.buckets import Bucket
from tenants.capabilities.files.files import key_of
from tenants.models import StoredFile, Tenant

# A content is written before its row is: one that is young may still get it.
_YOUNG = timedelta(days=1)


async def clear_contents(database: Database, bucket: Bucket) -> int:
    """Remove them, of every tenant that there is; return how many. Raises StoreAwayError."""
    gone, before = 0, now() - _YOUNG
    async with database.system_reading() as session:
        tenants = (await session.scalars(select(Tenant.id))).all()
    for tenant_id in tenants:
        written = await bucket.list_below(f"{tenant_id}/files/")
        async with database.reading(tenant_id) as session:
            named = {key_of(tenant_id, blob) for blob in await session.scalars(select(StoredFile.blob))}
        for key in [key for key, at in written.items() if at < before and key not in named]:
            await bucket.delete(key)
            gone += 1
    return gone
