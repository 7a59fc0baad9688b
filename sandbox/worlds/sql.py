"""Databases, in memory."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox import sqlite
from sandbox.capabilities.sql import NAME
from sandbox.contract.hosts import HostCall, HostReply
from sandbox.contract.outcomes import Fault
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, InvalidWorld, Lasting, Stage, fails, mapping, one_of, says

# Steps are counted, so that a world's answer does not hang on how fast the machine is; the clock is the second wall.
_SQL = sqlite.Budget(steps=5_000_000, statement_s=2.0)


def _database_is_away(call: HostCall, reply: HostReply) -> HostReply:
    why = one_of(("connection refused", "the connection timed out", "the server closed the connection"), reply)
    message = f"The database {call.payload.get('database')!r} cannot be reached: {why}."
    hint = "Try again later; somebody may have to mend the connection."
    return HostReply(fault=Fault("unavailable", message, hint, {"retryable": True}), elapsed_ns=reply.elapsed_ns)


class Databases(Lasting):
    """`{name: script}`: each a SQLite database in memory, made by its script of statements."""

    wait: ClassVar[Wait] = Wait(1.6, 0.9)
    bad_days: ClassVar[tuple[BadDay, ...]] = (BadDay("sql", "the database is away", _database_is_away),)

    def __init__(self, given: object, setting: Setting):
        self._setting = setting
        self._open = {name: _database(name, script) for name, script in mapping(given, "sql").items()}

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        name, statement = str(payload["database"]), str(payload.get("statement", ""))
        database = self._open.get(name)
        if database is None:
            self._setting.lacks(f'"sql": {{"{name}": "CREATE TABLE ..."}}')
            hint = "Somebody who manages secrets sets it up under /connections."
            return fails("not_found", f"There is no connection {name!r}.", hint)
        parameters: Mapping[str, Any] = payload.get("parameters") or {}
        try:
            if operation == "query":
                return says(database.query(statement, parameters))
            changed = database.execute(statement, parameters)
        except sqlite.StatementFailed as failed:
            return HostReply(fault=failed.fault)
        if changed != 0:
            deeds.append(Deed("sql", "execute", {"statement": statement, "parameters": payload.get("parameters")}))
        return says(changed)

    def contents(self) -> list[Any]:
        """Return every row of every table, so that two moments can be compared."""
        found = [[name, *rows] for name, database in self._open.items() for rows in database.contents()]
        return self._setting.names.plain(found)


STAGE: type[Stage] = Databases


def _database(name: str, script: object) -> sqlite.Database:
    if NAME.fullmatch(name) is None:
        raise InvalidWorld(f"world.sql: {name[:80]!r} is no name of a database.")
    if not isinstance(script, str):
        raise InvalidWorld(f"world.sql.{name} must be a text of SQL statements that make the database.")
    try:
        return sqlite.Database.in_memory(script, _SQL)
    except sqlite.StatementFailed as failed:
        raise InvalidWorld(f"world.sql.{name}: {failed.fault.message.rstrip('.')}.") from failed
