"""Has anything changed? Two counts for each tenant, read on every call, so that what is remembered is never stale.

They are read past the ORM: on SQLite in the event loop itself (a reader in WAL waits for nobody, and one row takes
microseconds), on PostgreSQL for all who ask at the same moment in one query.
"""

import asyncio
import sqlite3
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import make_url

from tenants.base import postgres


@dataclass(frozen=True, slots=True)
class Stamp:
    """`catalog` counts changes of what is served, `access` of who may do what."""

    catalog: int
    access: int


class Stamps(Protocol):
    """Gives a tenant's stamp as it is now, not as it was when somebody else asked."""

    async def of(self, tenant_id: str) -> Stamp | None: ...
    async def close(self) -> None: ...


def stamps_of(url: str) -> Stamps:
    return SqliteStamps(url) if url.startswith("sqlite") else PostgresStamps(url)


class SqliteStamps:
    def __init__(self, url: str) -> None:
        self._path = make_url(url).database or ""
        self._connection: sqlite3.Connection | None = None

    async def of(self, tenant_id: str) -> Stamp | None:
        if self._connection is None:
            self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA query_only=1")
        sql = "SELECT catalog_version, access_version FROM tenants WHERE id = ?"
        rows = self._connection.execute(sql, (tenant_id,)).fetchall()
        return Stamp(*rows[0]) if rows else None

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


class PostgresStamps:
    """Who asks while a query is under way is answered by the next one, which begins after they asked."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._asked: dict[str, asyncio.Future[Stamp | None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._connection: Any = None

    async def of(self, tenant_id: str) -> Stamp | None:
        asked = self._asked.get(tenant_id)
        if asked is None:
            asked = self._asked[tenant_id] = asyncio.get_running_loop().create_future()
        if self._task is None:
            self._task = asyncio.create_task(self._answer(), name="stamps")
        # Several wait for one answer: whoever leaves must not take it from the others.
        return await asyncio.shield(asked)

    async def _answer(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, {}
            try:
                found = await self._read(list(asked))
            except Exception as error:  # noqa: BLE001 - it belongs to those who asked
                for future in asked.values():
                    future.set_exception(error)
                continue
            for tenant_id, future in asked.items():
                future.set_result(found.get(tenant_id))
        self._task = None

    async def _read(self, tenant_ids: list[str]) -> dict[str, Stamp]:
        """Once more on a new connection when the one at hand is dead: it may have been so for long."""
        had_one = self._connection is not None
        try:
            return await self._fetch(tenant_ids)
        except postgres.LOST:
            if not had_one:
                raise
        return await self._fetch(tenant_ids)

    async def _fetch(self, tenant_ids: list[str]) -> dict[str, Stamp]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await postgres.connect(self._url, statement_s=postgres.SMALL_STATEMENT_S)
        sql = "SELECT id, catalog_version, access_version FROM tenants WHERE id = ANY($1::text[])"
        try:
            rows: list[Any] = await self._connection.fetch(sql, tenant_ids)
        except postgres.LOST:
            self._connection.terminate()
            self._connection = None
            raise
        return {row["id"]: Stamp(row["catalog_version"], row["access_version"]) for row in rows}

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
