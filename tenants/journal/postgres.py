"""The hot path's store on PostgreSQL: asyncpg itself, one connection, arrays in and one commit for each batch."""

import random
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

import asyncpg
from sqlalchemy.engine import Dialect

from tenants.base import postgres
from tenants.journal.rows import ENTRIES, RUNS, Columns
from tenants.journal.writes import COLUMNS, Batch, Begin, Change, Entry, Refusal, UnavailableError, Write

_ROW = attrgetter(*COLUMNS)
Connection = Any  # asyncpg has no types

# Processes that write for one tenant seldom count in the same row.
_PARTS = 16
_COUNT = "INSERT INTO stored_bytes (tenant_id, part, bytes) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, part) DO UPDATE SET bytes = stored_bytes.bytes + excluded.bytes"  # noqa: E501


class PostgresStore:
    """Commits synchronously. A batch whose connection broke is tried once more: its rows can be there already."""

    def __init__(self, url: str, dialect: Dialect) -> None:
        self._url = url
        self._runs = Columns(RUNS, dialect)
        self._entries = Columns(ENTRIES, dialect)
        self._connection: Connection = None
        self._part = random.randrange(_PARTS)  # noqa: S311 - any will do

    async def apply(self, writes: Sequence[Write], grown: Mapping[str, int]) -> list[Refusal | None]:
        """Raises UnavailableError."""
        try:
            return await self._apply(writes, grown)
        except postgres.LOST:
            await self._drop()
        try:
            return await self._apply(writes, grown)
        except (*postgres.LOST, asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError) as error:
            await self._drop()
            raise UnavailableError(f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
        self._connection = None

    async def _apply(self, writes: Sequence[Write], grown: Mapping[str, int]) -> list[Refusal | None]:
        batch = Batch.of(writes)
        refusals: list[Refusal | None] = [None] * len(writes)
        connection = await self._connected()
        async with connection.transaction():
            for place in await self._begin(connection, batch.begins):
                refusals[place] = "taken"
            for place in await self._enter(connection, batch.entries):
                refusals[place] = "fenced"
            for names, changes in batch.changes.items():
                for place in await self._change(connection, names, changes):
                    refusals[place] = "fenced"
            # Last, and in one order: whoever counts waits for nobody who waits for a run.
            counted = [(tenant_id, self._part, more) for tenant_id, more in sorted(grown.items())]
            if counted:
                await connection.executemany(_COUNT, counted)
        return refusals

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            # The writer serves every tenant; each row carries its own.
            settings = {"app.system": "on", "synchronous_commit": "on"}
            self._connection = await postgres.connect(
                self._url, statement_s=postgres.SMALL_STATEMENT_S, settings=settings
            )
        return self._connection

    async def _begin(self, connection: Connection, begins: Sequence[tuple[int, Begin]]) -> list[int]:
        if not begins:
            return []
        names = tuple(begins[0][1].values)
        arrays = _turned(
            names, [self._runs.bind(begin.values["tenant_id"], names, begin.values.values()) for _, begin in begins]
        )
        sql = f"INSERT INTO runs ({', '.join(names)}) {self._selected(names)} ON CONFLICT DO NOTHING RETURNING id"
        inserted = {row["id"] for row in await connection.fetch(sql, *arrays)}
        missing = {begin.values["id"]: place for place, begin in begins if begin.values["id"] not in inserted}
        if missing:  # an id that is there is ours, from a commit whose answer was lost
            found = await connection.fetch("SELECT id FROM runs WHERE id = ANY($1)", list(missing))
            for row in found:
                del missing[row["id"]]
        return list(missing.values())

    async def _enter(self, connection: Connection, entries: Sequence[tuple[int, Entry]]) -> list[int]:
        if not entries:
            return []
        ids = list({entry.run_id for _, entry in entries})
        # FOR SHARE: a takeover waits until this batch is there to be read, or this batch sees the takeover.
        found = await connection.fetch("SELECT id, fence FROM runs WHERE id = ANY($1) ORDER BY id FOR SHARE", ids)
        fences = {row["id"]: row["fence"] for row in found}
        ours = [entry for _, entry in entries if fences.get(entry.run_id) == entry.fence]
        if ours:
            types = (f"${place}::{self._entries.types[name]}[]" for place, name in enumerate(COLUMNS, 1))
            sql = f"INSERT INTO journal_entries ({', '.join(COLUMNS)}) SELECT * FROM unnest({', '.join(types)}) ON CONFLICT DO NOTHING"  # noqa: E501, S608 - names of ours
            await connection.execute(
                sql, *_turned(COLUMNS, [self._entries.bind(entry.tenant_id, COLUMNS, _ROW(entry)) for entry in ours])
            )
        return [place for place, entry in entries if fences.get(entry.run_id) != entry.fence]

    async def _change(
        self, connection: Connection, names: tuple[str, ...], changes: Sequence[tuple[int, Change]]
    ) -> list[int]:
        # One row for each run, or the database would choose among them: the last one counts.
        last = {change.run_id: change for _, change in changes}
        keys = ("id", "fence")
        rows = [
            [change.run_id, change.fence, *self._runs.bind(change.tenant_id, names, map(change.values.get, names))]
            for change in last.values()
        ]
        assigned = ", ".join(f"{name} = new.{name}" for name in names)
        sql = (
            f"UPDATE runs SET {assigned} FROM ({self._selected((*keys, *names))}) AS new"  # noqa: S608
            " WHERE runs.id = new.id AND runs.fence = new.fence RETURNING runs.id"
        )
        changed = {row["id"] for row in await connection.fetch(sql, *_turned((*keys, *names), rows))}
        return [place for place, change in changes if change.run_id not in changed]

    def _selected(self, names: Sequence[str]) -> str:
        arrays = ", ".join(f"${place}::{self._runs.types[name]}[]" for place, name in enumerate(names, 1))
        return f"SELECT * FROM unnest({arrays}) AS given({', '.join(names)})"  # noqa: S608 - names of ours


def _turned(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Rows as one array for each column."""
    return [[row[place] for row in rows] for place in range(len(names))]
