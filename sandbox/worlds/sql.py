"""Databases, in memory."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from sandbox import sqlite
from sandbox.capabilities.sql import NAME
from sandbox.contract.hosts import HostCall, HostReply
from sandbox.contract.outcomes import Fault
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, InvalidWorld, Lasting, Stage, fails, mapping, one_of, says
from sandbox.worlds.statements import Seen, Statements, said

# Steps are counted, so that a world's answer does not hang on how fast the machine is; the clock is the second wall.
_SQL = sqlite.Budget(steps=5_000_000, statement_s=2.0)


def _database_is_away(call: HostCall, reply: HostReply) -> HostReply:
    why = one_of(("connection refused", "the connection timed out", "the server closed the connection"), reply)
    message = f"The database {call.payload.get('database')!r} cannot be reached: {why}."
    hint = "Try again later; somebody may have to mend the connection."
    return HostReply(fault=Fault("unavailable", message, hint, {"retryable": True}), elapsed_ns=reply.elapsed_ns)


def _told(what: Mapping[str, Any]) -> str:
    if "statement" in what:
        return f"statement {str(what['statement'])[:80]!r} in {what.get('database')}"
    return f"change of table {what.get('table')} in {what.get('database')}"


class Databases(Lasting):
    """`{name: script}`: each a SQLite database in memory, made by its script of statements."""

    stated: ClassVar[Statements] = Statements(
        told=_told,
        fields={
            "database": "json",
            "table": "json",
            "added": "rows",
            "removed": "rows",
            "statement": "sql",
            "parameters": "json",
        },
        substance=("database", "table", "added", "removed", "statement", "parameters"),
        either=("table", "statement"),
        kept="json",
        kept_by=2,
    )
    wait: ClassVar[Wait] = Wait(1.6, 0.9)
    bad_days: ClassVar[tuple[BadDay, ...]] = (BadDay("sql", "the database is away", _database_is_away),)

    def __init__(self, given: object, setting: Setting):
        self._setting = setting
        self._open = {name: _database(name, script) for name, script in mapping(given, "sql").items()}
        self.begin()

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
            if name not in self._before:
                self._before[name] = database.tables()
            changed = database.execute(statement, parameters)
        except sqlite.StatementFailed as failed:
            return HostReply(fault=failed.fault)
        if changed != 0:
            deeds.append(
                Deed(
                    "sql",
                    "execute",
                    {"database": name, "statement": statement, "parameters": payload.get("parameters")},
                )
            )
        return says(changed)

    def contents(self) -> list[Any]:
        """Return every row of every table, so that two moments can be compared."""
        found = [[name, *rows] for name, database in self._open.items() for rows in database.contents()]
        return self._setting.names.plain(found)

    def amend(self, given: object) -> None:
        """Raises InvalidWorld for statements that fail as the database stands."""
        for name, statements in mapping(given, "sql").items():
            if name not in self._open:
                raise InvalidWorld(f"world.sql: there is no database {name[:80]!r} in this world.")
            if not isinstance(statements, str):
                raise InvalidWorld(f"world.sql.{name} must be a text of SQL statements.")
            try:
                self._open[name].execute_script(statements)
            except sqlite.StatementFailed as failed:
                raise InvalidWorld(f"world.sql.{name}: {failed.fault.message.rstrip('.')}.") from failed

    def begin(self) -> None:
        self._before: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def done(self, deeds: Sequence[Deed], asked: Sequence[Mapping[str, Any]]) -> list[Seen]:
        """Which rows have come and gone; or the statements, where the case states those."""
        if any("statement" in one for one in asked):
            return [Seen(said(deed.what, "database", "statement", "parameters")) for deed in deeds]
        return [
            Seen({"database": name, "table": table, **said(changed, *changed)})
            for name, before in self._before.items()
            for table, changed in _changes(before, self._open[name].tables())
        ]

    def kept(self, place: Sequence[str]) -> list[dict[str, Any]]:
        """The rows that a query gives. Raises LookupError."""
        name, statement = place
        if name not in self._open:
            raise LookupError(f"the world has no database {name}.")
        try:
            return self._open[name].query(statement, {})
        except sqlite.StatementFailed as failed:
            raise LookupError(failed.fault.message) from failed


STAGE: type[Stage] = Databases


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of each table whose rows are others now, those that have come and those that have gone."""
    for table in dict.fromkeys((*before, *after)):
        old, new = before.get(table, []), after.get(table, [])
        added, removed = _without(new, old), _without(old, new)
        if added or removed:
            yield table, {"added": added or None, "removed": removed or None}


def _without(rows: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    left = Counter(json.dumps(row, sort_keys=True) for row in others)
    found: list[Mapping[str, Any]] = []
    for row in rows:
        text = json.dumps(row, sort_keys=True)
        if left[text]:
            left[text] -= 1
        else:
            found.append(row)
    return found


def _database(name: str, script: object) -> sqlite.Database:
    if NAME.fullmatch(name) is None:
        raise InvalidWorld(f"world.sql: {name[:80]!r} is no name of a database.")
    if not isinstance(script, str):
        raise InvalidWorld(f"world.sql.{name} must be a text of SQL statements that make the database.")
    try:
        return sqlite.Database.in_memory(script, _SQL)
    except sqlite.StatementFailed as failed:
        raise InvalidWorld(f"world.sql.{name}: {failed.fault.message.rstrip('.')}.") from failed
