"""sql: one approved statement at a time on a database that a person has set up. Reads can change nothing."""

import base64
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from datetime import time as clock_time
from typing import Any, TypeVar, cast

import anyio
from sqlalchemy import BigInteger, Boolean, Float, String, bindparam, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import TextClause

from sandbox import HostCall, sql_text, sqlite
from tenants.capabilities.addresses import RefusedAddress
from tenants.capabilities.bound import Bound, Operation, Unable, malformed
from tenants.capabilities.secrets import Scrubber, Secret
from tenants.capabilities.sql.databases import CONNECT_S, ConnectionOf, Databases, Known

_KINDS: Mapping[type, Any] = {bool: Boolean, int: BigInteger, float: Float, str: String}
_CLASS = re.compile(r"^<class '[^']*'>: ")
_LOST = re.compile(r"connection (is|was) closed")
_Answer = TypeVar("_Answer")


class Sql:
    """Answers for every run of this process. `connection_of` finds what somebody has set up under a name."""

    def __init__(self, connection_of: ConnectionOf, databases: Databases, limits: sqlite.Budget | None = None) -> None:
        self._connection_of = connection_of
        self._databases = databases
        self._limits = limits or sqlite.Budget()
        self._files = sqlite.Files(self._limits)

    @property
    def operations(self) -> Mapping[str, Operation]:
        return {"query": self.query, "execute": self.execute}

    async def query(self, call: HostCall, bound: Bound) -> list[dict[str, Any]]:
        statement, values = _statement(call.payload)
        known = await self._known(call, bound)
        if known.is_sqlite:
            path, said = self._databases.file(known), str(call.payload["statement"])
            return await self._told(self._files.query(bound.tenant_id, path, said, values))
        async with self._transaction(call, bound, known, writing=False) as connection:
            result = await connection.stream(statement, values)
            rows: list[dict[str, Any]] = []
            size = 0
            async for row in result.mappings():
                rows.append({name: _plain(value) for name, value in row.items()})
                size += len(json.dumps(rows[-1]))
                self._demand_room(len(rows), size)
            return rows

    async def execute(self, call: HostCall, bound: Bound) -> int:
        """Raises Unable."""
        statement, values = _statement(call.payload)
        known = await self._known(call, bound)
        if known.is_sqlite:
            path, said = self._databases.file(known), str(call.payload["statement"])
            return await self._told(self._files.execute(bound.tenant_id, path, said, values))
        async with self._transaction(call, bound, known, writing=True) as connection:
            changed = int(cast(Any, await connection.execute(statement, values)).rowcount)
            if changed > self._limits.changed_rows:
                message = (
                    f"This would change {changed:,} rows; at most {self._limits.changed_rows:,} are changed at once."
                )
                raise Unable("too_many_rows", message, "Change them in parts.")
            return changed

    async def check(self, tenant_id: str, name: str, internal_hosts: frozenset[str]) -> None:
        """Connect, and have 1 selected. Raises Unable."""
        nobody = Bound(tenant_id, "", "", internal_hosts=internal_hosts)
        await self.query(HostCall(0, "sql", "query", {"database": name, "statement": "SELECT 1"}), nobody)

    async def close(self) -> None:
        await self._files.close()
        await self._databases.close()

    def _demand_room(self, rows: int, size: int) -> None:
        if rows > self._limits.rows:
            raise Unable(
                "too_many_rows", f"There are more than {self._limits.rows:,} rows.", "Ask for fewer with LIMIT."
            )
        if size > self._limits.bytes:
            message = f"The rows have more than {self._limits.bytes:,} bytes."
            raise Unable("too_large", message, "Select fewer columns, or fewer rows with LIMIT.")

    async def _known(self, call: HostCall, bound: Bound) -> Known:
        name = str(call.payload["database"])
        known = await self._connection_of(bound.tenant_id, name)
        if known is None:
            hint = "Somebody who manages secrets sets it up under /connections."
            raise Unable("not_found", f"There is no connection {name!r}.", hint)
        return known

    async def _told(self, answer: Awaitable[_Answer]) -> _Answer:
        try:
            return await answer
        except sqlite.StatementFailed as failed:
            fault = failed.fault
            raise Unable(fault.code, fault.message, fault.hint, dict(fault.details or {}) or None) from failed

    @asynccontextmanager
    async def _transaction(
        self, call: HostCall, bound: Bound, known: Known, *, writing: bool
    ) -> AsyncGenerator[AsyncConnection]:
        name = str(call.payload["database"])
        engine = self._databases.engine(known, bound.internal_hosts)
        began = False
        try:
            with anyio.fail_after(self._limits.statement_s + 2 * CONNECT_S):
                async with engine.connect() as connection, connection.begin():
                    await self._bounded(connection, writing=writing)
                    began = True
                    yield connection
        except RefusedAddress as error:
            raise Unable("address_refused", str(error), "Only public addresses can be reached.") from error
        except Exception as error:
            # Out of a stream the driver's own errors come as they are.
            if (
                not isinstance(error, SQLAlchemyError | OSError)
                and type(error).__module__.partition(".")[0] != "asyncpg"
            ):
                raise
            said = Scrubber([Secret("password", known.password, ())]).text(_said(error))
            raise _fault(error, name, said, began=began, writing=writing) from error

    async def _bounded(self, connection: AsyncConnection, *, writing: bool) -> None:
        """Have the database itself stop a statement that takes too long, or that changes something in a read."""
        limit_s = self._limits.statement_s
        setting = "SELECT set_config('statement_timeout', $1, true), set_config('transaction_read_only', $2, true)"
        await connection.exec_driver_sql(setting, (str(int(limit_s * 1000)), "off" if writing else "on"))


def _statement(payload: Mapping[str, Any]) -> tuple[TextClause, dict[str, Any]]:
    """The statement with its parameters typed: PostgreSQL wants to know before it sees them."""
    values: Mapping[str, Any] = payload.get("parameters") or {}
    try:
        pieces = sql_text.cut(payload["statement"])
    except sql_text.Unclear as error:
        raise Unable("sql_error", str(error), "Check the statement.") from error
    misfit = sql_text.misfit(pieces, values)
    if misfit is not None:
        raise malformed(misfit)
    # A colon in quotes is no parameter.
    said = "".join(one.text if one.kind == "code" else one.text.replace(":", "\\:") for one in pieces)
    kinds = [bindparam(name, type_=_kind(value)) for name, value in values.items()]
    return text(said).bindparams(*kinds), dict(values)


def _kind(value: object) -> Any:
    return next((kind for plain, kind in _KINDS.items() if type(value) is plain), None)


def _plain(value: Any) -> Any:
    """A value as JSON says it: times as ISO text, bytes in base64, decimals and UUIDs as text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, datetime | date | clock_time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in cast(list[Any], value)]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in cast(dict[Any, Any], value).items()}
    return str(value)


def _fault(error: Exception, name: str, said: str, *, began: bool, writing: bool) -> Unable:
    if not began:
        return _away(name, said)
    state = str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")
    if state == "57014" or said == "interrupted":
        message = f"The statement on {name!r} took too long, and was stopped without effect."
        return Unable("too_slow", message, "Narrow it, or have an index made.")
    if not _is_lost(error, state, said):
        return Unable("sql_error", said, "Check the statement against the database's schema.")
    if writing:
        message = f"The connection to {name!r} broke in the middle: nobody knows whether the statement took effect."
        return Unable("uncertain", message, "Look before you repeat it.", {"retryable": False})
    return _away(name, said)


def _is_lost(error: Exception, state: str, said: str) -> bool:
    """Whether the database itself has gone, rather than refused. (PostgreSQL, appendix A: classes 08 and 57P)"""
    if isinstance(error, OSError) or getattr(error, "connection_invalidated", False):  # TimeoutError is an OSError
        return True
    return state.startswith(("08", "57P")) or _LOST.search(said) is not None


def _away(name: str, said: str) -> Unable:
    message = f"The database {name!r} cannot be reached: {said}."
    return Unable(
        "unavailable", message, "Try again later; somebody may have to mend the connection.", {"retryable": True}
    )


def _said(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    first = (_CLASS.sub("", str(original)).splitlines() or [""])[0]
    return (first or type(original).__name__)[:500].rstrip(".")
