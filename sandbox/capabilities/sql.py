"""sql: databases that people have set up, by name. A permit is one statement, or any of a kind without values in it."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from sandbox.capabilities import globs
from sandbox.capabilities.permits import Malformed, Need, Permit, Unreadable, demand_known, demand_whole, text
from sandbox.capabilities.syntax import sql_text
from sandbox.capabilities.traits import Capability, Excess, Kind, Plain, Reading, Traits
from sandbox.contract.hosts import Effect, HostCall

_WIDE = re.compile(r"(?P<verb>read|write) (?P<database>[A-Za-z0-9_.*-]{1,64})")
_EXACT = re.compile(r"(?P<database>[A-Za-z0-9_.-]{1,64}): (?P<statement>.+)")
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_CHANGES = re.compile(r"\b(insert|update|delete|merge|replace\s+into)\b", re.IGNORECASE)
_NAMED = r"(?:[A-Za-z_][\w$]*|\"[^\"]+\")"
_TABLES = re.compile(rf"\b(?:from|join|into|update)\s+({_NAMED}(?:\.{_NAMED})?)", re.IGNORECASE)
_COMMAS = re.compile(
    rf"\bfrom\s+{_NAMED}(?:\s+(?:as\s+)?\w+)?((?:\s*,\s*{_NAMED}(?:\s+(?:as\s+)?\w+)?)+)", re.IGNORECASE
)
_INTEGER_BITS = 64
_STATEMENTS_OF_ANY = 20
_READING, _WRITING = frozenset({"select", "values"}), frozenset({"insert", "update", "delete", "merge", "replace"})
Verb = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement in its one form: single spaces, no semicolon. `literal`: it holds text in quotes."""

    text: str
    verb: Verb
    literal: bool

    @classmethod
    def parse(cls, given: str) -> "Statement":
        """Raises Malformed for what is no single statement that reads or changes rows."""
        if len(given) > sql_text.LENGTH_MAX:
            raise Malformed(f"a statement has 1 to {sql_text.LENGTH_MAX:,} printable characters.")
        said = " ".join(given.split()).rstrip("; ")
        if not said or not said.isprintable():
            raise Malformed(f"a statement has 1 to {sql_text.LENGTH_MAX:,} printable characters.")
        try:
            pieces = sql_text.cut(said)
        except sql_text.Unclear as error:
            raise Malformed(str(error)) from error
        bare = " ".join(piece.text for piece in pieces if piece.kind == "code")
        return cls(said, _verb(bare), any(piece.kind == "text" for piece in pieces))


def _verb(bare: str) -> Verb:
    first = bare.split(" ", 1)[0].split("(", 1)[0].lower()
    if first in _READING:
        return "read"
    if first in _WRITING:
        return "write"
    if first == "with":
        return "write" if _CHANGES.search(bare) else "read"
    words = ", ".join(sorted(word.upper() for word in {*_READING, *_WRITING, "with"}))
    raise Malformed(f"a statement begins with {words}; {first[:20].upper() or 'nothing'} is not offered.")


@dataclass(frozen=True, slots=True)
class StatementNeed(Need):
    """A need whose statement has been read."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Exactly:
    """A permit for one statement on one database."""

    database: str
    statement: Statement

    @property
    def line(self) -> str:
        return f"{self.database}: {self.statement.text}"

    @property
    def sentence(self) -> str:
        does = "Read from" if self.statement.verb == "read" else "Change"
        return f"{does} the database {self.database} with this statement alone: {self.statement.text}"

    def allows(self, need: Need) -> bool:
        return need.target == self.line

    def covers(self, other: Permit) -> bool:
        return isinstance(other, Exactly) and other == self


@dataclass(frozen=True, slots=True)
class AnyStatement:
    """A permit for every statement of a kind that holds no text of its own: values are parameters."""

    verb: Verb
    database: str

    @property
    def line(self) -> str:
        return f"{self.verb} {self.database}"

    @property
    def sentence(self) -> str:
        if self.verb == "read":
            return f"Read anything in the database {self.database}, with any statement."
        return f"Read and change anything in the database {self.database}, with any statement."

    def allows(self, need: Need) -> bool:
        database, _, statement = need.target.partition(": ")
        within = self.verb in ("write", need.verb) and globs.matches(self.database, database)
        read = need.statement if isinstance(need, StatementNeed) else Statement.parse(statement)
        return within and not read.literal

    def covers(self, other: Permit) -> bool:
        if isinstance(other, AnyStatement):
            return self.verb in ("write", other.verb) and globs.covers(self.database, other.database)
        return isinstance(other, Exactly) and self.allows(Need(other.statement.verb, other.line, other.line))


class Sql(Plain):
    name = "sql"
    grammar = ("crm: SELECT name FROM customers WHERE id = :id", "read crm", "write crm")
    operations: Mapping[str, Effect] = {"query": "read", "execute": "unsafe"}
    permit_length_max = 11_000  # a statement, and the name of its database
    stars_max = None
    traits = Traits(
        ambient=False,
        reaches_out=True,
        reaches_people=False,
        asks_people=False,
        waits_for_nobody=False,
        shared=True,
        harmless_in_doubt=False,
        repeatable=False,
        batches={},
        in_parts=frozenset(),
        keys="nobody",
        contents_compared=True,
        tenant_limit=None,
    )

    def permit(self, line: str) -> Permit:
        """Raises Unreadable."""
        wide, exact = _WIDE.fullmatch(line), _EXACT.fullmatch(line)
        if wide is not None:
            return AnyStatement("read" if wide["verb"] == "read" else "write", wide["database"])
        if exact is None:
            raise Unreadable("write `DATABASE: STATEMENT`, `read DATABASE` or `write DATABASE`")
        try:
            return Exactly(exact["database"], Statement.parse(exact["statement"]))
        except Malformed as error:
            raise Unreadable(str(error).rstrip(".")) from error

    def read(self, operation: str, payload: Mapping[str, Any]) -> Reading:
        """Raises Malformed."""
        database, statement = _database(payload), Statement.parse(text(payload, "statement"))
        _plain(payload.get("parameters"))
        if operation == "query" and statement.verb == "write":
            raise Malformed("this statement changes rows; use sql.execute.")
        if operation == "execute" and statement.verb == "read":
            raise Malformed("this statement reads rows; use sql.query.")
        target = f"{database}: {statement.text}"
        canonical = {**payload, "statement": statement.text}
        needs = (StatementNeed(statement.verb, target, target, statement),)
        return Reading(canonical, needs, self.operations[operation], 1, (canonical,))

    def check(self, operation: str, payload: Mapping[str, Any]) -> None:
        """Raises Malformed."""
        demand_known(payload, ("database", "statement", "parameters"), f"sql.{operation}")
        misfit = sql_text.misfit(sql_text.cut(text(payload, "statement")), _plain(payload.get("parameters")))
        if misfit is not None:
            raise Malformed(misfit)

    def places(self, permit: Permit) -> Iterator[tuple[Verb, str]]:
        if isinstance(permit, AnyStatement):
            yield permit.verb, f"{permit.database}: *"
        elif isinstance(permit, Exactly):
            for table in _tables(permit.statement.text):
                yield permit.statement.verb, f"{permit.database}: {table}"

    def excess(self, lines: Sequence[str], calls: Sequence[HostCall]) -> Iterator[Excess]:
        if not calls:
            return
        written = {call.payload.get("database") for call in calls if call.effect != "read"}
        ran = {f"{call.payload.get('database')}: {call.payload.get('statement')}" for call in calls}
        for line in (" ".join(one.split()).rstrip("; ") for one in lines if not one.startswith("at most ")):
            verb, _, database = line.partition(" ")
            if verb == "write" and "*" not in database and database not in written:
                yield Excess(line, "no example writes to it", f"read {database}")
            if verb.endswith(":"):
                if line not in ran:
                    yield Excess(line, "no example runs it", "an example that needs it, or no such permit")
            elif len(ran) <= _STATEMENTS_OF_ANY:
                instead = f"those alone: {', '.join(repr(one) for one in sorted(ran))}"
                yield Excess(line, f"allows any statement, and the examples run {len(ran)}", instead, in_doubt=True)

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        del operation, what
        return "setting"

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        del operation
        return str(what.get("statement"))[:120]


CAPABILITY: Capability = Sql()


def _tables(statement: str) -> set[str]:
    """The tables that a statement names; any, where we find none."""
    found = {match[1] for match in _TABLES.finditer(statement)}
    for more in _COMMAS.finditer(statement):
        found |= {part.split()[0] for part in more[1].split(",") if part.strip()}
    return {name.rpartition(".")[2].strip('"').lower() for name in found} or {"*"}


def _database(payload: Mapping[str, Any]) -> str:
    database = text(payload, "database")
    if not NAME.fullmatch(database):
        raise Malformed(f"{database[:80]!r} is no name of a database.")
    return database


def _plain(parameters: object) -> Mapping[str, object]:
    """The parameters, each of which every database can take. Raises Malformed."""
    if parameters is None:
        return {}
    if not isinstance(parameters, Mapping):
        raise Malformed("'parameters' must be an object, such as {\"id\": 7}.")
    named = cast("Mapping[str, object]", parameters)
    for name, value in named.items():
        _demand_plain(name, value)
    return named


def _demand_plain(name: str, value: object) -> None:
    if not isinstance(value, str | int | float | bool | None):
        raise Malformed(f"the parameter {name!r} must be a text, a number, true, false or null.")
    if isinstance(value, str):
        demand_whole(value, name)
        if "\0" in value:  # PostgreSQL takes none
            raise Malformed(f"the parameter {name!r} holds the character NUL.")
    elif isinstance(value, float) and not math.isfinite(value):
        raise Malformed(f"the parameter {name!r} must be a finite number.")
    elif isinstance(value, int) and not -(1 << _INTEGER_BITS - 1) <= value < 1 << _INTEGER_BITS - 1:
        raise Malformed(f"the parameter {name!r} has more than {_INTEGER_BITS} bits; send it as a text.")
