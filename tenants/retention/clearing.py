"""Removing what is past its time: a few rows at a time, beside other processes that do the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import Database, now
from tenants.models import JournalEntry, Question, Run, RunStatus, Tenant
from tenants.retention.rules import RULES, Rule
from tenants.rules import stored_bytes
from tenants.rules.policies import Policy

# One unit never holds the database for long.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Due:
    """A rule, for how many days it keeps here, and how many rows are past that."""

    rule: Rule
    days: int
    rows: int


async def count_due(database: Database, days: Mapping[str, int]) -> list[Due]:
    async with database.system_reading() as session:
        found: list[Due] = []
        for rule in RULES:
            over = rule.over(_before(days[rule.name]))
            rows = await session.scalar(select(func.count()).select_from(rule.table).where(over))
            found.append(Due(rule, days[rule.name], rows or 0))
        return found


async def clear(database: Database, days: Mapping[str, int]) -> dict[str, int]:
    """Remove what is past its rule's days; return how many rows of each."""
    return {rule.name: await _clear(database, rule, _before(days[rule.name])) for rule in RULES}


async def clear_runs(database: Database) -> int:
    """Remove finished runs past what their tenant's policy says, with all they recorded. Return how many."""
    async with database.system_reading() as session:
        tenants = [(tenant.id, Policy.of(tenant)) for tenant in await session.scalars(select(Tenant))]
    return sum(
        [await _clear_runs_of(database, tenant_id, _before(policy.run_retention_days)) for tenant_id, policy in tenants]
    )


def _before(days: int) -> datetime:
    return now() - timedelta(days=days)


async def _clear(database: Database, rule: Rule, at: datetime) -> int:
    gone = 0
    while True:
        async with database.system() as session:
            removed = await remove_some(session, rule.table, rule.over(at))
        gone += removed
        if removed < AT_ONCE:
            return gone


async def remove_some(session: AsyncSession, table: Any, *where: ColumnElement[bool]) -> int:
    """Remove at most AT_ONCE rows. Those that another process holds are left to it: two never wait for each other."""
    key = [getattr(table, column.key) for column in table.__mapper__.primary_key]
    wanted = select(*key).where(*where).order_by(*key).limit(AT_ONCE).with_for_update(skip_locked=True)
    found = [tuple(row) for row in await session.execute(wanted)]
    if found:
        of_them = key[0].in_([one for (one,) in found]) if len(key) == 1 else tuple_(*key).in_(found)
        await session.execute(delete(table).where(of_them).execution_options(synchronize_session=False))
    return len(found)


async def _clear_runs_of(database: Database, tenant_id: str, before: datetime) -> int:
    gone = 0
    old = Run.status == RunStatus.FINISHED, Run.finished_at < before
    wanted = select(Run.id).where(*old).order_by(Run.id).limit(AT_ONCE).with_for_update(skip_locked=True)
    while True:
        async with database.unit(tenant_id) as session:
            found = (await session.scalars(wanted)).all()
            if found:
                size = await stored_bytes.size_of_runs(session, found)
                await session.execute(delete(JournalEntry).where(JournalEntry.run_id.in_(found)))
                await session.execute(delete(Question).where(Question.run_id.in_(found)))
                await session.execute(delete(Run).where(Run.id.in_(found)))
                await stored_bytes.grow(session, tenant_id, -size)
        gone += len(found)
        if len(found) < AT_ONCE:
            return gone
