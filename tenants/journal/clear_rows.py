"""Rows from before what runs hold was sealed (migration 0015): they are sealed a few at a time, the newest first.

So a table whose oldest row is sealed is done, which is one look at its first row; and a sweep that was interrupted
goes on with the newest row that is still in clear. The migration itself leaves them: a million of them would keep a
server from starting.
"""

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, Text, func, literal, select, tuple_, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.content_keys import MARK, SealedObject, SealedText
from tenants.base.db import Base, Database
from tenants.models import Delivery, JournalEntry, Question, Run

log = logging.getLogger(__name__)
# One unit never holds the database for long.
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A table whose contents are sealed. `witness`: a column that is in clear in a row exactly if the row is old."""

    table: Table
    witness: str

    @property
    def key(self) -> list[Column[Any]]:
        return list(self.table.primary_key.columns)

    @property
    def contents(self) -> dict[str, ColumnElement[str]]:
        """Each sealed column as it lies there."""
        sealed = [column for column in self.table.columns if isinstance(column.type, SealedText | SealedObject)]
        return {column.name: type_coerce(column, Text) for column in sealed}

    @property
    def is_clear(self) -> ColumnElement[bool]:
        return func.substr(self.contents[self.witness], 1, len(MARK)) != MARK


_TABLES = tuple(
    _Sealed(Base.metadata.tables[name], witness)
    for name, witness in (
        (Run.__tablename__, "arguments"),
        (JournalEntry.__tablename__, "request_hash"),
        (Question.__tablename__, "question"),
        (Delivery.__tablename__, "body"),
    )
)


async def seal(database: Database) -> int:
    """Seal every row that lies in clear. Returns how many did."""
    sealed = 0
    for one in _TABLES:
        if not await _is_done(database, one):
            sealed += await _seal(database, one)
    if sealed:
        log.info("%d rows from before there were seals have been sealed", sealed)
        await _forget_traces(database)
    return sealed


async def _is_done(database: Database, one: _Sealed) -> bool:
    async with database.system_reading() as session:
        return not await session.scalar(select(one.is_clear).order_by(*one.key).limit(1))


async def _seal(database: Database, one: _Sealed) -> int:
    sealed, below = 0, None
    while True:
        found = await _clear_rows(database, one, below)
        if not found:
            return sealed
        for tenant_id in {row.tenant_id for row in found}:
            await database.ensure_content_keys(tenant_id)
        async with database.system() as session:
            if database.is_sqlite:
                await (await session.connection()).exec_driver_sql("PRAGMA secure_delete = ON")
            for row in found:
                sealed += await _seal_row(session, database, one, row)
        below = tuple(found[-1][1:])


async def _clear_rows(database: Database, one: _Sealed, below: tuple[Any, ...] | None) -> list[Any]:
    """Whose they are and their keys, the newest first, from `below` on."""
    query: Select[*tuple[Any, ...]] = select(one.table.c.tenant_id, *one.key).where(one.is_clear)
    if below is not None:
        query = query.where(tuple_(*one.key) < below)
    newest_first = [column.desc() for column in one.key]
    async with database.system_reading() as session:
        return list((await session.execute(query.order_by(*newest_first).limit(AT_ONCE))).all())


async def _seal_row(session: AsyncSession, database: Database, one: _Sealed, row: Any) -> int:
    """What is in clear of a row as it is now: a run of it may have gone on meanwhile, or another process been here."""
    this = [column == value for column, value in zip(one.key, row[1:], strict=True)]
    query: Select[*tuple[Any, ...]] = select(*one.contents.values()).where(*this, one.is_clear)
    kept = (await session.execute(query.with_for_update())).one_or_none()
    if kept is None:
        return 0
    keys = database.content_keys
    values: dict[str, Any] = {
        name: literal(keys.seal(row.tenant_id, text), Text)
        for name, text in zip(one.contents, kept, strict=True)
        if text and not text.startswith(MARK)
    }
    await session.execute(update(one.table).where(*this).values(values).execution_options(synchronize_session=False))
    return 1


async def _forget_traces(database: Database) -> None:
    """What SQLite's log still holds of the rows as they were. PostgreSQL's own vacuum comes by."""
    if database.is_sqlite:
        async with database.engine.connect() as connection:
            raw = await connection.get_raw_connection()
            await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # pyright: ignore[reportOptionalMemberAccess]
