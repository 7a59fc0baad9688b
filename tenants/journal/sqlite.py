"""The hot path's store on SQLite: the driver itself, in one thread, one transaction for each batch."""

import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Dialect

from tenants.journal.database_thread import DatabaseThread
from tenants.journal.rows import ENTRIES, RUNS, Columns
from tenants.journal.writes import COLUMNS, Batch, Begin, Change, Entry, Refusal, UnavailableError, Write

_ROW = attrgetter(*COLUMNS)
_INSERT = f"INSERT INTO journal_entries ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) ON CONFLICT DO NOTHING"  # noqa: E501, S608 - names of ours

_COUNT = "INSERT INTO stored_bytes (tenant_id, part, bytes) VALUES (?, 0, ?) ON CONFLICT (tenant_id, part) DO UPDATE SET bytes = bytes + excluded.bytes"  # noqa: E501


class SqliteStore:
    """FULL synchronous: what was acknowledged is there after a power cut too."""

    def __init__(self, path: str, dialect: Dialect) -> None:
        self._path = path
        self._runs = Columns(RUNS, dialect)
        self._entries = Columns(ENTRIES, dialect)
        self._thread = DatabaseThread("journal")
        self._connection: sqlite3.Connection | None = None

    async def apply(self, writes: Sequence[Write], grown: Mapping[str, int]) -> list[Refusal | None]:
        """Raises UnavailableError."""
        try:
            return await self._thread.do(self._apply, writes, grown)
        except sqlite3.OperationalError as error:
            raise UnavailableError(str(error)) from error

    async def close(self) -> None:
        await self._thread.do(self._close)
        await self._thread.close()

    def _apply(self, writes: Sequence[Write], grown: Mapping[str, int]) -> list[Refusal | None]:
        batch = Batch.of(writes)
        refusals: list[Refusal | None] = [None] * len(writes)
        connection = self._connection = self._connection or _connect(self._path)
        connection.execute("BEGIN IMMEDIATE")
        try:
            for place, begin in batch.begins:
                refusals[place] = self._begin(connection, begin)
            self._enter(connection, batch.entries, refusals)
            for changes in batch.changes.values():
                for place, change in changes:
                    refusals[place] = self._change(connection, change)
            connection.executemany(_COUNT, grown.items())
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk has rolled back already
                connection.execute("ROLLBACK")
            raise
        return refusals

    def _begin(self, connection: sqlite3.Connection, begin: Begin) -> Refusal | None:
        names = tuple(begin.values)
        bound = self._runs.bind(begin.values["tenant_id"], names, begin.values.values())
        return None if connection.execute(_insert_of(names), bound).rowcount else "taken"

    def _change(self, connection: sqlite3.Connection, change: Change) -> Refusal | None:
        names = tuple(change.values)
        bound = [*self._runs.bind(change.tenant_id, names, change.values.values()), change.run_id, change.fence]
        return None if connection.execute(_update_of(names), bound).rowcount else "fenced"

    def _enter(
        self,
        connection: sqlite3.Connection,
        entries: Sequence[tuple[int, Entry]],
        refusals: list[Refusal | None],
    ) -> None:
        if not entries:
            return
        ids = sorted({entry.run_id for _, entry in entries})
        sql = f"SELECT id, fence FROM runs WHERE id IN ({', '.join('?' * len(ids))})"  # noqa: S608
        fences: dict[str, int] = dict(connection.execute(sql, ids).fetchall())
        rows: list[Any] = []
        for place, entry in entries:
            if fences.get(entry.run_id) == entry.fence:
                rows.append(self._entries.bind(entry.tenant_id, COLUMNS, _ROW(entry)))
            else:
                refusals[place] = "fenced"
        connection.executemany(_INSERT, rows)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()


# A run is written with the same columns again and again.
@lru_cache(maxsize=64)
def _insert_of(names: tuple[str, ...]) -> str:
    return f"INSERT INTO runs ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) ON CONFLICT DO NOTHING"  # noqa: S608


@lru_cache(maxsize=64)
def _update_of(names: tuple[str, ...]) -> str:
    return f"UPDATE runs SET {', '.join(f'{name} = ?' for name in names)} WHERE id = ? AND fence = ?"  # noqa: S608


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
