"""Which images are served now, and which process carries versions over to the newest of them.

While a release is rolled out two images are served, and each process runs what was sealed on either. Only to the one
that came last is anything carried, by one process under a lease: two that each carried to their own would carry the
same tools to and fro for as long as both live. An image that no process has served for a while counts no more, so a
release that was taken back has its tools carried back.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import now
from tenants.base.leases import Owner
from tenants.models import ServedImage
from tenants.runtime import Runtime

# A process says every half minute that it serves its image (tenants/housekeeping.py).
_SERVED_FOR = timedelta(minutes=3)
# Longer than a version takes to be proved anew; said again before each.
_CARRYING_FOR = timedelta(minutes=5)
_FORGOTTEN_AFTER = timedelta(days=60)


async def note_served(runtime: Runtime) -> None:
    """Say that this process serves its image."""
    async with runtime.database.system() as session:
        values = {"digest": runtime.image.digest, "first_seen_at": now(), "seen_at": now()}
        kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        insert = kind.insert(ServedImage).values(values)
        await session.execute(
            insert.on_conflict_do_update(index_elements=["digest"], set_={"seen_at": insert.excluded.seen_at})
        )
        await session.execute(delete(ServedImage).where(ServedImage.seen_at < now() - _FORGOTTEN_AFTER))


async def begin_carrying(runtime: Runtime) -> bool:
    """Take the lease, or renew it. No: another image came later, or another process of this one carries."""
    async with runtime.database.system() as session:
        if await _newest(session) != runtime.image.digest:
            return False
        mine = await session.get_one(ServedImage, runtime.image.digest)
        if mine.carrier and runtime.owner.sees_gone(Owner.parse(mine.carrier)):
            free = ServedImage.carrier == mine.carrier
        else:
            free = or_(ServedImage.carrier.is_(None), ServedImage.carrier_until < now())
        owner = str(runtime.owner)
        taken = await session.execute(
            update(ServedImage)
            .where(ServedImage.digest == runtime.image.digest, or_(free, ServedImage.carrier == owner))
            .values(carrier=owner, carrier_until=now() + _CARRYING_FOR)
            .returning(ServedImage.digest)
        )
        return taken.first() is not None


async def end_carrying(runtime: Runtime) -> None:
    """Leave the rest, if there is any, to whoever comes next."""
    async with runtime.database.system() as session:
        await session.execute(
            update(ServedImage)
            .where(ServedImage.digest == runtime.image.digest, ServedImage.carrier == str(runtime.owner))
            .values(carrier=None, carrier_until=None)
        )


async def served_since(session: AsyncSession, moment: datetime) -> set[str]:
    """Return the digests of the images that some process has served since then."""
    return set(await session.scalars(select(ServedImage.digest).where(ServedImage.seen_at >= moment)))


async def _newest(session: AsyncSession) -> str | None:
    served = select(ServedImage.digest).where(ServedImage.seen_at > now() - _SERVED_FOR)
    return await session.scalar(served.order_by(ServedImage.first_seen_at.desc(), ServedImage.digest.desc()).limit(1))
