"""Who has been shown the source of a tool. Whoever has is no outsider to it: see tenants/proving/outside_cases.py.

One row for each person and tool, however often and by whichever session, key, agent or client of theirs it was. It is
written before the source is given away, so that nobody can have it and be unknown.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import Database, now
from tenants.models import SourceReading, Version
from tenants.rights.access import Actor
from tenants.rules import audit
from tenants.tools import specs


async def open_source(database: Database, actor: Actor, version: Version) -> str | None:
    """Return a version's source, for somebody who may read the version, once it is kept that they were shown it."""
    if version.source is not None:
        await keep(database, actor, version)
    return version.source


async def keep(database: Database, actor: Actor, version: Version) -> None:
    """Keep that somebody is about to be shown what has the source in it. Only a person's first time is a write.

    Call it outside of transactions.
    """
    if actor.same_person(version.author):
        return
    async with database.reading(actor.tenant_id) as session:
        known = await first_reading(session, actor, version.tool_id)
    if known is None:
        async with database.unit(actor.tenant_id) as session:
            await _write(session, actor, version)


async def note(session: AsyncSession, actor: Actor, version: Version) -> str | None:
    """As `open_source`, in a unit that is under way."""
    if version.source is not None and not actor.same_person(version.author):
        await _write(session, actor, version)
    return version.source


async def _write(session: AsyncSession, actor: Actor, version: Version) -> None:
    # The lock makes one of two first times wait, and whoever writes cases at this moment.
    await specs.find(session, version.tool_name, lock=True, retired=True)
    if await first_reading(session, actor, version.tool_id) is None:
        row = SourceReading(tool_id=version.tool_id, reader=_reader(actor), version=version.number, read_at=now())
        session.add(row)
        await audit.record(session, actor, "version.source_read", f"{version.tool_name}/{version.number}")


async def first_reading(session: AsyncSession, actor: Actor, tool_id: str) -> SourceReading | None:
    """Return when the person behind an actor was first shown a source of this tool; None: never."""
    return await session.get(SourceReading, (tool_id, _reader(actor)))


def _reader(actor: Actor) -> str:
    return actor.user_id or actor.id
