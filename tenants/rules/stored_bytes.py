"""What tenants store, held against what they may: runs and their journals, files, values, versions.

It is counted where it is written, as bytes of content and a fixed size for each row; what is sealed is a third longer
than it was. What runs write is counted up to a second later (tenants/journal/counts.py). Once a day all of it is
counted anew, for what was counted otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import Exhausted, Fault
from tenants.base.db import Database, now
from tenants.base.errors import StorageFullError
from tenants.base.lookups import Lookups
from tenants.journal.writes import ENTRY_BYTES, RUN_BYTES
from tenants.models import (
    JournalEntry,
    KvEntry,
    LedgerEntry,
    LineComment,
    OutsideCases,
    Run,
    StoredBytes,
    StoredFile,
    Tenant,
    Version,
)
from tenants.rules.quotas import Allowance

ROW_BYTES = 500
VERSION_BYTES = 4_000
_LOOK_EVERY_S = 2.0
_COUNTED_ANEW = timedelta(hours=24)
# How far runs under way may go over what their tenant may store, before their calls end them.
_OVER = 1.02
_HINT = (
    "Delete files or values, shorten run_retention_days in the policy (finished runs go within the hour), or have an"
    " owner raise limits.stored_bytes up to its ceiling; above that, ask the operator."
)
OF_RUNS = (Run.arguments, Run.result, Run.error, Run.progress, Run.log)
_OF_ENTRIES = (JournalEntry.request, JournalEntry.reply)


class JournalFullError(Exception):
    """A run may have no more recorded of it, so it ends. `outcome` says which limit it was."""

    def __init__(self, limit: str, most: int, message: str, hint: str) -> None:
        super().__init__(message)
        self.outcome = Exhausted(Fault(limit, message, hint, {"limit": most}))


@dataclass(slots=True)
class _Known:
    used: int
    allowance: Allowance


@dataclass
class Gauge:
    """What this process knows of each tenant: read every few seconds, and what it writes itself added at once."""

    database: Database
    _known: Lookups[_Known] = field(default_factory=lambda: Lookups[_Known](_LOOK_EVERY_S))

    async def look(self, tenant_id: str) -> _Known:
        return await self._known.look(tenant_id, lambda: self._read(tenant_id))

    async def _read(self, tenant_id: str) -> _Known:
        async with self.database.reading(tenant_id) as session:
            tenant = await session.get(Tenant, tenant_id)
            total = await used(session, tenant_id)
        return _Known(total, Allowance.for_tenant(tenant))

    def note(self, tenant_id: str, more: int) -> None:
        """Add what is about to be written."""
        if (known := self._known.last(tenant_id)) is not None:
            known.used += more

    async def demand_room(self, tenant_id: str) -> None:
        """Raises StorageFullError: nothing more is begun for a tenant that has stored what it may."""
        known = await self.look(tenant_id)
        if known.used >= known.allowance.stored_bytes:
            raise _full(known.used, known.allowance.stored_bytes)

    async def demand_room_for_run(self, tenant_id: str, recorded_bytes: int) -> None:
        """Raises JournalFullError before a run's next call, when that could not be recorded."""
        known = await self.look(tenant_id)
        most, whole = known.allowance.run_journal_bytes, known.allowance.stored_bytes
        if recorded_bytes >= most:
            message = f"What this run asked and was told takes {recorded_bytes:,} bytes; a run may have {most:,}."
            hint = "Ask for less at once, or do the work in several runs; an owner may raise limits.run_journal_bytes."
            raise JournalFullError("run_journal_bytes", most, message, hint)
        if known.used >= whole * _OVER:
            raise JournalFullError("stored_bytes", whole, _full(known.used, whole).message, _HINT)


async def used(session: AsyncSession, tenant_id: str) -> int:
    """Return how many bytes count for the tenant now."""
    total = await session.scalar(select(func.sum(StoredBytes.bytes)).where(StoredBytes.tenant_id == tenant_id))
    return int(total or 0)


async def grow(session: AsyncSession, tenant_id: str, more: int) -> None:
    """Count what this unit stores, or takes away. Raises StorageFullError for more than the tenant may store."""
    if more > 0:
        most = Allowance.for_tenant(await session.get(Tenant, tenant_id)).stored_bytes
        total = await used(session, tenant_id)
        if total + more > most:
            raise _full(total, most, more)
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    insert = make(StoredBytes).values({"tenant_id": tenant_id, "part": 0, "bytes": more})
    insert = insert.on_conflict_do_update(
        index_elements=["tenant_id", "part"], set_={"bytes": StoredBytes.bytes + insert.excluded.bytes}
    )
    await session.execute(insert)


async def size_of_runs(session: AsyncSession, ids: Sequence[str]) -> int:
    """Return what these runs and their journals count."""
    of_runs, of_entries = Run.id.in_(ids), JournalEntry.run_id.in_(ids)
    return await _sum(session, RUN_BYTES, OF_RUNS, of_runs) + await _sum(session, ENTRY_BYTES, _OF_ENTRIES, of_entries)


async def recount(session: AsyncSession, tenant_id: str) -> int:
    """Count anew all that a tenant has stored; return it. It reads everything: once a day is enough."""
    total = 0
    for row_bytes, columns in (
        (RUN_BYTES, OF_RUNS),
        (ENTRY_BYTES, _OF_ENTRIES),
        (ROW_BYTES, (KvEntry.value,)),
        (ROW_BYTES, (LedgerEntry.key,)),
        (VERSION_BYTES, (Version.source, Version.spec, Version.report, Version.findings)),
        (VERSION_BYTES, (OutsideCases.holdouts, OutsideCases.always)),
        (ROW_BYTES, (LineComment.text,)),
    ):
        total += await _sum(session, row_bytes, columns, columns[0].class_.tenant_id == tenant_id)
    files = select(func.sum(StoredFile.size_bytes)).where(StoredFile.tenant_id == tenant_id)
    patches = select(func.sum(func.length(Version.patch))).where(Version.tenant_id == tenant_id)
    total += int(await session.scalar(files) or 0) + int(await session.scalar(patches) or 0)
    await session.execute(delete(StoredBytes).where(StoredBytes.tenant_id == tenant_id))
    session.add(StoredBytes(tenant_id=tenant_id, part=0, bytes=total, counted_at=now()))
    return total


async def is_to_be_counted(session: AsyncSession, tenant_id: str) -> bool:
    """Whether the last full count of the tenant's is a day old, or there was none."""
    counted_at = await session.scalar(
        select(func.max(StoredBytes.counted_at)).where(StoredBytes.tenant_id == tenant_id)
    )
    return counted_at is None or counted_at < now() - _COUNTED_ANEW


def content_of(columns: Sequence[Any]) -> ColumnElement[int]:
    """How many characters of content a row holds in these columns, asked of the database."""
    return sum((func.coalesce(func.length(cast(column, Text)), 0) for column in columns), start=literal(0))


async def _sum(session: AsyncSession, row_bytes: int, columns: Sequence[Any], which: ColumnElement[bool]) -> int:
    found = (
        await session.execute(
            select(func.count(), func.sum(content_of(columns))).select_from(columns[0].class_).where(which)
        )
    ).one()
    return int(found[0]) * row_bytes + int(found[1] or 0)


def _full(total: int, most: int, more: int = 0) -> StorageFullError:
    wanted = f", and this would add {more:,}" if more else ""
    message = f"This tenant has stored {total:,} bytes{wanted}; it may store {most:,}."
    return StorageFullError(message, hint=_HINT, stored_bytes=total, stored_bytes_max=most)
