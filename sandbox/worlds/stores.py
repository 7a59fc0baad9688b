"""What a tenant keeps, in memory: the ledger, values, files and databases."""

import base64
import json
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sandbox.hosts import HostReply
from sandbox.worlds.stages import Deed, InvalidWorld, fails, listing, mapping, says

_SQL_STEPS = 5_000_000  # virtual machine steps of one statement, a second or so
_SQL_ROWS_MAX = 10_000
_SQL_LENGTH_BYTES = 2_000_000  # of one value, row or statement


class Ledger:
    """`{"done": [keys], "in_flight": [keys]}`. It outlives a run, as the real one does."""

    def __init__(self, given: object):
        said = mapping(given, "ledger")
        self.state = {str(key): "done" for key in listing(said.get("done"), "ledger.done")}
        self.state |= {str(key): "in_flight" for key in listing(said.get("in_flight"), "ledger.in_flight")}

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        if operation == "is_done":
            return says(self.state.get(payload["key"]) == "done")
        keys: list[str] = payload["keys"]
        if operation == "claim":
            return says([self._claim(key) for key in keys])
        for key in keys:
            self._settle(key, operation, deeds)
        return says(None)

    def _claim(self, key: str) -> str:
        if key in self.state:
            return self.state[key]
        self.state[key] = "in_flight"
        return "claimed"

    def _settle(self, key: str, operation: str, deeds: list[Deed]) -> None:
        if operation == "release":
            if self.state.get(key) == "in_flight":
                del self.state[key]
        elif self.state.get(key) != "done":
            self.state[key] = "done"
            deeds.append(Deed("ledger", "done", {"key": key}))


class Values:
    """`{"tool": {key: value}, "tenant": {key: value}}`."""

    def __init__(self, given: object):
        said = mapping(given, "kv")
        self.scopes = {scope: mapping(said.get(scope), f"kv.{scope}") for scope in ("tool", "tenant")}

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        values, key = self.scopes[payload.get("scope", "tool")], payload["key"]
        if operation == "get":
            return says(values.get(key))
        if operation == "compare_and_set" and values.get(key) != payload.get("expected"):
            return says(value=False)
        new = None if operation == "delete" else payload.get("value")
        if new != values.get(key):
            deeds.append(Deed("kv", "set", {"scope": payload.get("scope", "tool"), "key": key, "value": new}))
        values[key] = new
        return says(True if operation == "compare_and_set" else None)


class Files:
    """`{path: text | {"base64": ...}}`."""

    def __init__(self, given: object):
        self.contents = {path: _content(value) for path, value in mapping(given, "files").items()}

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        if operation == "list":
            paths = sorted(path for path in self.contents if path.startswith(str(payload.get("prefix") or "")))
            return says([{"path": path, "size": len(self.contents[path])} for path in paths])
        path = str(payload["path"])
        if operation == "exists":
            return says(path in self.contents)
        if operation == "link":
            return self._link(path, payload)
        if payload.get("create_only") and path in self.contents:
            return fails("exists", f"There is a file {path!r} already.", "Write to another path.")
        if operation == "read":
            return self._read(path)
        return self._change(operation, path, payload, deeds)

    def _read(self, path: str) -> HostReply:
        if path not in self.contents:
            return fails("not_found", f"There is no file {path!r}.", "List the files first.")
        return says({"base64": base64.b64encode(self.contents[path]).decode()})

    def _link(self, path: str, payload: Mapping[str, Any]) -> HostReply:
        if path not in self.contents:
            return fails("not_found", f"There is no file {path!r}.", "List the files first.")
        return says({"url": f"https://files.example/{quote(path)}?expires_s={payload.get('expires_s', 3600)}"})

    def _change(self, operation: str, path: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        before = self.contents.pop(path, None)
        if operation == "write":
            self.contents[path] = base64.b64decode(str(payload.get("base64", "")), validate=True)
        if before != self.contents.get(path):
            deeds.append(Deed("files", operation, {"path": path, "base64": payload.get("base64")}))
        return says(None)


class Databases:
    """`{name: script}`: each a SQLite database in memory, made by its script of statements."""

    def __init__(self, given: object):
        self._open = {name: _database(name, script) for name, script in mapping(given, "sql").items()}

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        name, statement = str(payload["database"]), str(payload.get("statement", ""))
        database = self._open.get(name)
        if database is None:
            return fails("not_found", f"There is no database {name!r}.", f"There are: {', '.join(self._open)}.")
        database.execute(f"pragma query_only = {int(operation == 'query')}")
        try:
            cursor = database.execute(statement, payload.get("parameters") or {})
            rows = cursor.fetchmany(_SQL_ROWS_MAX + 1)
        except (sqlite3.Error, sqlite3.Warning) as error:
            return fails("sql_error", f"{error}", "Check the statement against the database's schema.")
        if len(rows) > _SQL_ROWS_MAX:
            return fails("too_many_rows", f"There are more than {_SQL_ROWS_MAX:,} rows.", "Ask for fewer with LIMIT.")
        if operation == "query":
            return says([dict(row) for row in rows])
        if cursor.rowcount != 0:
            deeds.append(Deed("sql", "execute", {"statement": statement, "parameters": payload.get("parameters")}))
        return says(cursor.rowcount)

    def contents(self) -> list[Any]:
        """Return every row of every table, so that two moments can be compared."""
        return [
            (name, table, [tuple(row) for row in database.execute(f'select * from "{table}"')])  # noqa: S608 - own tables
            for name, database in self._open.items()
            for (table,) in database.execute("select name from sqlite_master where type = 'table' order by name")
        ]


def _content(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, Mapping) and "base64" in value:
        return base64.b64decode(str(value["base64"]))  # pyright: ignore[reportUnknownArgumentType]  (parsed YAML or JSON)
    return json.dumps(value).encode()


def _database(name: str, script: object) -> sqlite3.Connection:
    if not isinstance(script, str):
        raise InvalidWorld(f"world.sql.{name} must be a text of SQL statements that make the database.")
    database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    database.row_factory = sqlite3.Row
    database.set_progress_handler(lambda: 1, _SQL_STEPS)
    # Before the first statement: the script is a stranger's.
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _SQL_LENGTH_BYTES)
    database.set_authorizer(_authorise)
    try:
        database.executescript(script)
    except sqlite3.Error as error:
        raise InvalidWorld(f"world.sql.{name}: {error}.") from error
    return database


def _authorise(action: int, first: str | None, *more: str | None) -> int:
    """No way from a database in memory to a file."""
    if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and first != "query_only":
        return sqlite3.SQLITE_DENY
    # fts3_tokenizer reads and calls pointers of its caller's choice; a virtual table is code of its module's choice.
    if action == sqlite3.SQLITE_FUNCTION and more[0] in {"fts3_tokenizer", "load_extension"}:
        return sqlite3.SQLITE_DENY
    if action in (sqlite3.SQLITE_CREATE_VTABLE, sqlite3.SQLITE_DROP_VTABLE):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
