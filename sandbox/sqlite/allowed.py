"""What a statement that somebody else wrote may do in SQLite. What is not named here is refused."""

import re
import sqlite3
from collections.abc import Callable
from enum import Enum, auto

# What a table is read through without being one: these two only take a text apart.
_READERS = frozenset({"json_each", "json_tree"})
# Left out on purpose: whatever takes or gives pointers, loads code, tells of the process or the library, or takes
# time out of proportion (json_patch). Those of full-text and spatial tables go with their tables.
_NAMES = """
    -> ->> abs acos acosh asin asinh atan atan2 atanh avg ceil ceiling changes char coalesce cos cosh
    count cume_dist current_date current_time current_timestamp date datetime degrees dense_rank exp
    first_value floor format glob group_concat hex ifnull iif instr json json_array json_array_length
    json_extract json_group_array json_group_object json_insert json_object json_quote json_remove
    json_replace json_set json_type json_valid julianday lag last_insert_rowid last_value lead length
    like likelihood likely ln log log10 log2 lower ltrim max min mod nth_value ntile nullif percent_rank
    pi pow power printf quote radians random randomblob rank replace round row_number rtrim sign sin
    sinh soundex sqrt strftime substr substring sum tan tanh time timediff total total_changes trim
    trunc typeof unicode unixepoch unlikely upper zeroblob
"""
FUNCTIONS = frozenset(_NAMES.split())
_MAKES = {
    sqlite3.SQLITE_CREATE_TABLE,
    sqlite3.SQLITE_CREATE_INDEX,
    sqlite3.SQLITE_CREATE_VIEW,
    sqlite3.SQLITE_CREATE_TRIGGER,
    sqlite3.SQLITE_DROP_TABLE,
    sqlite3.SQLITE_DROP_INDEX,
    sqlite3.SQLITE_DROP_VIEW,
    sqlite3.SQLITE_DROP_TRIGGER,
}
_SCHEMA = frozenset({"sqlite_master", "sqlite_schema"})
_SWITCHES = frozenset({"foreign_keys"})  # dumps begin with it
_KINDS = {
    value: name.removeprefix("SQLITE_").replace("_", " ")
    for name, value in vars(sqlite3).items()
    if re.fullmatch(r"SQLITE_(CREATE|DROP)_\w+|SQLITE_(ALTER_TABLE|ANALYZE|ATTACH|DETACH|PRAGMA|SAVEPOINT)", name)
    or re.fullmatch(r"SQLITE_(INSERT|UPDATE|DELETE|REINDEX|TRANSACTION)", name)
}


class Mode(Enum):
    """What is being done: our own housekeeping, a script that makes a database, a statement that reads or changes."""

    OWN = auto()
    MAKING = auto()
    READING = auto()
    WRITING = auto()


class Gatekeeper:
    """SQLite's authorizer of one connection. `refusal` says what the last statement was refused for.

    `virtual` are the names of the connection's virtual-table modules, and of the tables that are made with them.
    """

    def __init__(self, virtual: frozenset[str]) -> None:
        self.mode = Mode.OWN
        self.refusal: str | None = None
        self._virtual = virtual - _READERS

    def __call__(self, action: int, first: str | None, second: str | None, database: str | None, *_: object) -> int:
        if self.mode is Mode.OWN:
            return sqlite3.SQLITE_OK
        refusal = self._refusal(action, first or "", second or "", database)
        if refusal is None:
            return sqlite3.SQLITE_OK
        self.refusal = refusal
        return sqlite3.SQLITE_DENY

    def _refusal(self, action: int, first: str, second: str, database: str | None) -> str | None:
        if database not in (None, "main"):
            return f"only the database itself can be used, not {database}"
        check = _ALLOWED[self.mode].get(action)
        if check is None and self.mode is Mode.READING and action in _WRITING:
            return f"{_KINDS[action]} changes something, and this is to read"
        if check is None:
            return f"{_KINDS.get(action, 'this kind of statement')} is not offered here"
        return check(self, first, second)

    def allow(self, _first: str, _second: str) -> None:
        return None

    def call(self, _first: str, function: str) -> str | None:
        return None if function.lower() in FUNCTIONS else f"the function {function} is not offered"

    def read(self, table: str, _column: str) -> str | None:
        return f"{table} cannot be read" if self._is_virtual(table) else None

    def change(self, table: str, _column: str) -> str | None:
        name = table.lower()
        if name in _SCHEMA:
            # CREATE does; SQLite itself refuses every statement that names it.
            allowed = self.mode is Mode.MAKING
        else:
            allowed = name == "sqlite_sequence" or not (name.startswith("sqlite_") or self._is_virtual(name))
        return None if allowed else f"{table} cannot be changed"

    def make(self, name: str, _table: str) -> str | None:
        return f"{name} is no name to give" if self._is_virtual(name) else None

    def switch(self, name: str, _value: str) -> str | None:
        return None if name.lower() in _SWITCHES else f"PRAGMA {name} is not offered"

    def _is_virtual(self, table: str) -> bool:
        name = table.lower()
        return name in self._virtual or name.startswith("pragma_")


Check = Callable[[Gatekeeper, str, str], str | None]
_READING: dict[int, Check] = {
    sqlite3.SQLITE_SELECT: Gatekeeper.allow,
    sqlite3.SQLITE_RECURSIVE: Gatekeeper.allow,
    sqlite3.SQLITE_FUNCTION: Gatekeeper.call,
    sqlite3.SQLITE_READ: Gatekeeper.read,
}
_WRITING = _READING | dict.fromkeys(
    (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE), Gatekeeper.change
)
_ALLOWED: dict[Mode, dict[int, Check]] = {
    Mode.READING: _READING,
    Mode.WRITING: _WRITING,
    Mode.MAKING: _WRITING
    | dict.fromkeys(_MAKES, Gatekeeper.make)
    | {
        sqlite3.SQLITE_REINDEX: Gatekeeper.allow,  # CREATE INDEX fills it
        sqlite3.SQLITE_TRANSACTION: Gatekeeper.allow,  # dumps have one around everything
        sqlite3.SQLITE_PRAGMA: Gatekeeper.switch,
    },
}
