"""One SQLite database that others write statements for, behind a list of what is allowed.

The list stands before the first statement is read. What is not on it (other files, pragmas, extensions, virtual tables,
functions that take pointers) is refused by SQLite's own compiler, in views and triggers too. Every value, row and
statement has a limit, and every function takes time in proportion to what it is given.
"""

import base64
import json
import math
import sqlite3
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sandbox.capabilities.syntax import sql_text
from sandbox.contract.outcomes import Fault
from sandbox.sqlite import slow_functions
from sandbox.sqlite.allowed import Gatekeeper, Mode

VALUE_BYTES_MAX = 1 << 20
_MEMORY_PAGES_MAX = 4_096  # of 4 KiB
_CACHE_KIB = 8_192
_LOCKED_S = 5.0
_STEPS_PER_LOOK = 100  # virtual machine steps between two looks at the clock; one step may handle a whole value
_AWAY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}
_CAPS = {
    sqlite3.SQLITE_LIMIT_LENGTH: VALUE_BYTES_MAX,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: VALUE_BYTES_MAX,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 100,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 10,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 1_000,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 500_000,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}


@dataclass(frozen=True, slots=True)
class Budget:
    """What one statement may use. One that goes beyond any of these fails whole."""

    rows: int = 10_000
    bytes: int = 2 << 20
    changed_rows: int = 10_000
    statement_s: float = 10.0
    steps: int | None = None  # of SQLite's virtual machine


class StatementFailed(Exception):  # noqa: N818  (reads as a sentence where it is raised)
    """A statement that was refused, or that went wrong."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Database:
    """One connection. Statements come one at a time."""

    def __init__(self, raw: sqlite3.Connection, budget: Budget) -> None:
        self._raw = raw
        self._budget = budget
        self._taken_bytes = 0
        self._until_s = 0.0
        self._steps = 0
        for what, most in _CAPS.items():
            raw.setlimit(what, most)
        slow_functions.install(raw, VALUE_BYTES_MAX)
        # A table-valued function declares its columns when it is first used, which looks like a change of the schema.
        raw.execute("select 1 from json_each('[]'), json_tree('[]')").fetchall()
        raw.text_factory = self._text
        raw.row_factory = sqlite3.Row
        self._gatekeeper = Gatekeeper(_virtual(raw))
        raw.execute(f"pragma cache_size = -{_CACHE_KIB}")
        raw.set_progress_handler(self._is_over, _STEPS_PER_LOOK)
        raw.set_authorizer(self._gatekeeper)

    @classmethod
    def in_memory(cls, script: str, budget: Budget) -> "Database":
        """Make one by a script of statements. Raises StatementFailed."""
        database = cls(_connect(":memory:"), budget)
        database._raw.execute(f"pragma max_page_count = {_MEMORY_PAGES_MAX}")
        database.execute_script(script)
        return database

    @classmethod
    def file(cls, path: Path, budget: Budget, *, writing: bool) -> "Database":
        """Open one that exists. Raises StatementFailed."""
        try:
            raw = _connect(f"file:{quote(str(path))}?mode={'rw' if writing else 'ro'}")
            raw.execute("pragma temp_store = memory")
            if writing and raw.execute("pragma journal_mode").fetchone()[0] == "delete":
                # The journal is one of the files that are open to us: it cannot be made or removed.
                raw.execute("pragma journal_mode = persist")
            return cls(raw, budget)
        except sqlite3.Error as error:
            raise StatementFailed(Fault("unavailable", f"The database cannot be opened: {error}.")) from error

    def execute_script(self, script: str) -> None:
        """Do several statements, as whoever makes a database may. Raises StatementFailed."""
        with self._doing(Mode.MAKING):
            self._raw.executescript(script)
        if self._raw.in_transaction:
            self._raw.execute("commit")

    def query(self, statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows, as JSON says them. Raises StatementFailed."""
        with self._doing(Mode.READING):
            rows: list[dict[str, Any]] = []
            size = 0
            for row in self._raw.execute(_plain(statement), parameters):
                rows.append({name: _json(name, row[at]) for at, name in enumerate(row.keys())})
                size += len(json.dumps(rows[-1]))
                self._demand_room(len(rows), size)
            return rows

    def execute(self, statement: str, parameters: Mapping[str, Any]) -> int:
        """Return how many rows were changed, or change nothing. Raises StatementFailed."""
        with _told():
            self._raw.execute("begin")
        try:
            with self._doing(Mode.WRITING):
                cursor = self._raw.execute(_plain(statement), parameters)
                for _ in cursor:  # of RETURNING
                    self._taken_bytes = 0
            self._demand_few(cursor.rowcount)
            with _told():
                self._raw.execute("commit")
        except BaseException:
            if self._raw.in_transaction:
                self._raw.execute("rollback")
            raise
        return cursor.rowcount

    def contents(self) -> list[tuple[str, list[tuple[Any, ...]]]]:
        """Return every table's rows, so that two moments can be compared."""
        self._taken_bytes = -(1 << 40)  # ours: as much as there is
        self._until_s = math.inf
        tables = self._raw.execute("select name from sqlite_master where type = 'table' order by name").fetchall()
        return [(name, self._rows(name)) for (name,) in tables]

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Return every table's rows by column, as JSON says them, so that two moments can be compared."""
        return {name: self._named(name, rows) for name, rows in self.contents() if not name.startswith("sqlite_")}

    def _named(self, table: str, rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
        quoted = table.replace('"', '""')
        columns = [one[0] for one in self._raw.execute(f'select * from "{quoted}" limit 0').description]  # noqa: S608 - a quoted name
        return [{column: _shown(value) for column, value in zip(columns, row, strict=True)} for row in rows]

    def _rows(self, table: str) -> list[tuple[Any, ...]]:
        quoted = table.replace('"', '""')
        return [tuple(row) for row in self._raw.execute(f'select * from "{quoted}"')]  # noqa: S608 - a quoted name

    def close(self) -> None:
        self._raw.close()

    @contextmanager
    def _doing(self, mode: Mode) -> Generator[None]:
        """Have the gatekeeper and the clock watch what is done. Raises StatementFailed."""
        self._taken_bytes, self._steps = 0, 0
        self._until_s = time.monotonic() + self._budget.statement_s
        self._gatekeeper.mode, self._gatekeeper.refusal = mode, None
        try:
            with _told():
                yield
        except StatementFailed as failed:
            if refusal := self._gatekeeper.refusal:
                hint = "Use ordinary tables, and the functions that come with SQL."
                raise _failed("sql_error", f"{refusal}.", hint) from failed
            if self._taken_bytes > self._budget.bytes:
                raise self._too_large() from failed
            raise
        finally:
            self._gatekeeper.mode = Mode.OWN
            self._until_s = math.inf

    def _is_over(self) -> bool:
        self._steps += _STEPS_PER_LOOK
        if self._gatekeeper.mode is Mode.OWN:
            return False
        return time.monotonic() > self._until_s or (self._budget.steps is not None and self._steps > self._budget.steps)

    def _text(self, raw: bytes) -> str:
        self._taken_bytes += len(raw)
        if self._taken_bytes > self._budget.bytes:
            raise OverflowError  # before the rest of the row is taken
        return raw.decode(errors="replace")

    def _demand_few(self, changed_rows: int) -> None:
        if changed_rows > self._budget.changed_rows:
            message = (
                f"This would change {changed_rows:,} rows; at most {self._budget.changed_rows:,} are changed at once."
            )
            raise _failed("too_many_rows", message, "Change them in parts.")

    def _demand_room(self, rows: int, size: int) -> None:
        if rows > self._budget.rows:
            message = f"There are more than {self._budget.rows:,} rows."
            raise _failed("too_many_rows", message, "Ask for fewer with LIMIT.")
        if size > self._budget.bytes:
            raise self._too_large()

    def _too_large(self) -> StatementFailed:
        message = f"The rows have more than {self._budget.bytes:,} bytes."
        return _failed("too_large", message, "Select fewer columns, or fewer rows with LIMIT.")


def _connect(place: str) -> sqlite3.Connection:
    # No statement is kept prepared: what was allowed to one that writes is not allowed to one that reads.
    return sqlite3.connect(
        place,
        uri=place.startswith("file:"),
        timeout=_LOCKED_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=0,
    )


def _virtual(raw: sqlite3.Connection) -> frozenset[str]:
    """The names of all modules for virtual tables, of the tables made with one, and of those that they are kept in."""
    modules = {str(row[0]).lower() for row in raw.execute("select name from pragma_module_list")}
    tables = raw.execute("select name, sql from sqlite_master where type = 'table'").fetchall()
    made = {str(name).lower() for name, sql in tables if str(sql or "").lower().split()[:2] == ["create", "virtual"]}
    kept = {str(name).lower() for name, _ in tables if any(str(name).lower().startswith(f"{one}_") for one in made)}
    return frozenset(modules | made | kept)


def _plain(statement: str) -> str:
    try:
        return sql_text.joined(sql_text.cut(statement))
    except sql_text.Unclear as error:
        raise _failed("sql_error", str(error), "Check the statement.") from error


def _shown(value: Any) -> Any:
    """A value as JSON says it, one that JSON cannot say in words."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _json(name: str, value: Any) -> Any:
    """A value as JSON says it: bytes in base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        raise _failed(
            "sql_error", f"The column {name} holds an infinite number, which JSON cannot say.", "Leave it out."
        )
    return value


def _failed(code: str, message: str, hint: str | None = None) -> StatementFailed:
    return StatementFailed(Fault(code, message, hint))


@contextmanager
def _told() -> Generator[None]:
    """Say what SQLite and its driver raise as StatementFailed."""
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError, MemoryError) as error:
        said = str(error)[:500] or type(error).__name__
        if said == "interrupted":
            raise _failed(
                "too_slow", "The statement took too long, and was stopped without effect.", "Narrow it."
            ) from error
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _AWAY:
            again = {"retryable": True}
            raise StatementFailed(Fault("unavailable", f"The database cannot be used: {said}.", None, again)) from error
        raise _failed("sql_error", said, "Check the statement against the database's schema.") from error
