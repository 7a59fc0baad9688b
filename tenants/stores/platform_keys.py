"""What the platform's keys wrap, in every table: whether they open it, which are needed, and wrapping it anew.

They wrap keys and little else (`WRAPPED` of tenants/models): what tenants store is sealed with keys of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import Database
from tenants.base.key_ring import BadRingError, Ring
from tenants.models import WRAPPED

# One unit never holds the database for long.
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What one key wraps: rows by table. `fingerprint` is None for a key that was not given, `fault` says why not all
    of it opens.
    """

    key_id: str
    fingerprint: str | None
    rows: Mapping[str, int]
    fault: str | None


async def uses_of(database: Database, ring: Ring, rows_max: int | None = None) -> list[KeyUse]:
    """Every key that was given or that something is wrapped by, those given first.

    Each row is opened, or of each key and table `rows_max`.
    """
    async with database.system_reading() as session:
        rows = await _counted(session)
        return [
            KeyUse(name, ring.fingerprints.get(name), rows.get(name, {}), await _fault(session, ring, name, rows_max))
            for name in dict.fromkeys((*ring.keys, *rows))
        ]


async def check(database: Database, ring: Ring) -> None:
    """Open a row of each table for each key that wrapped some. Raises BadRingError, with the keys' fingerprints.

    Whoever starts with other keys than the database was sealed with fails at once, and not with each call.
    """
    faults = [use.fault for use in await uses_of(database, ring, rows_max=1) if use.fault is not None]
    if faults:
        raise BadRingError(f"{' '.join(faults)} The keys given are {ring}.")


async def anything_is_wrapped(database: Database) -> bool:
    """Whether something would be lost if the keys were made anew."""
    async with database.system_reading() as session:
        return bool(await _counted(session))


async def left_to_wrap(database: Database, ring: Ring) -> int:
    """How many rows are wrapped by another key than the ring's first."""
    async with database.system_reading() as session:
        rows = await _counted(session)
    return sum(sum(tables.values()) for name, tables in rows.items() if name != ring.first)


async def wrap_anew(database: Database, ring: Ring) -> int:
    """Wrap everything with the ring's first key; return how many rows another one had wrapped.

    A few at a time, each for good: called again after an end in the middle, it goes on there. Raises BadRingError for
    what no key opens; what came before that stays done.
    """
    return sum([await _wrap_table(database, ring, table) for table in WRAPPED])


async def _wrap_table(database: Database, ring: Ring, table: Any) -> int:
    done = 0
    others = select(table).where(table.wrapped_by != ring.first).limit(_AT_ONCE).with_for_update()
    while True:
        async with database.system() as session:
            rows = (await session.scalars(others)).all()
            for row in rows:
                row.wrapped_by, row.wrapped = ring.wrap(_opened(ring, row), row.wrap_context)
        if not rows:
            return done
        done += len(rows)


async def _counted(session: AsyncSession) -> dict[str, dict[str, int]]:
    """How many rows each key wraps, by table. A row from before keys were wrapped has none."""
    found: dict[str, dict[str, int]] = {}
    for table in WRAPPED:
        counted = select(table.wrapped_by, func.count()).where(table.wrapped_by.is_not(None)).group_by(table.wrapped_by)
        for name, count in await session.execute(counted):
            found.setdefault(str(name), {})[table.__tablename__] = count
    return found


async def _fault(session: AsyncSession, ring: Ring, name: str, rows_max: int | None) -> str | None:
    for table in WRAPPED:
        of_it: Any = select(table).where(table.wrapped_by == name).limit(rows_max)
        async for row in await session.stream_scalars(of_it.execution_options(yield_per=_AT_ONCE)):
            try:
                _opened(ring, row)
            except BadRingError as error:
                return str(error)
    return None


def _opened(ring: Ring, row: Any) -> bytes:
    return ring.unwrap(row.wrapped_by, row.wrapped, row.wrap_context)
