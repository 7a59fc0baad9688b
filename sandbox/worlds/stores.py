"""What a tenant keeps, in memory: the ledger, values, files and databases."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from sandbox import sqlite
from sandbox.contract.hosts import HostReply
from sandbox.worlds.settings import Setting
from sandbox.worlds.stages import Deed, InvalidWorld, fails, listing, mapping, says

# Steps are counted, so that a world's answer does not hang on how fast the machine is; the clock is the second wall.
_SQL = sqlite.Budget(steps=5_000_000, statement_s=2.0)


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

    def __init__(self, given: object, setting: Setting):
        self._setting = setting
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
        setting = self._setting
        return says({"url": setting.names.link(path, setting.now_ns, payload.get("expires_s", 3600))})

    def _change(self, operation: str, path: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        before = self.contents.pop(path, None)
        if operation == "write":
            self.contents[path] = base64.b64decode(str(payload.get("base64", "")), validate=True)
        if before != self.contents.get(path):
            deeds.append(Deed("files", operation, {"path": path, "base64": payload.get("base64")}))
        return says(None)


class Databases:
    """`{name: script}`: each a SQLite database in memory, made by its script of statements."""

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
        parameters = mapping(payload.get("parameters"), "sql.parameters")
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


def _content(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, Mapping) and "base64" in value:
        return base64.b64decode(str(value["base64"]))  # pyright: ignore[reportUnknownArgumentType]  (parsed YAML or JSON)
    return json.dumps(value).encode()


def _database(name: str, script: object) -> sqlite.Database:
    if not isinstance(script, str):
        raise InvalidWorld(f"world.sql.{name} must be a text of SQL statements that make the database.")
    try:
        return sqlite.Database.in_memory(script, _SQL)
    except sqlite.StatementFailed as failed:
        raise InvalidWorld(f"world.sql.{name}: {failed.fault.message.rstrip('.')}.") from failed
