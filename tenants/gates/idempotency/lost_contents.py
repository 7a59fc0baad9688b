"""Lost rows and files: read, changed and written back. What another run has written meanwhile must not be lost."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sandbox import Finding, HostCall, HostReply
from sandbox.worlds import InvalidWorld, World
from tenants.gates.idempotency.lost_updates import another, is_locked
from tenants.gates.trial.candidates import Candidate, Trial, brief
from tenants.gates.trial.comparing import fault_of
from tenants.gates.trial.faults import Stagehand

_GATE = "idempotency"
_TRIED = 4
_ADDED = 7


@dataclass(frozen=True, slots=True)
class _WrittenBack:
    """Something that the call `read` (by number) has told of, and that was written later.

    `change` is what another run makes of it, as `World.amend` takes it; `place` is where it is kept, as `World.kept`
    takes it.
    """

    what: str
    read: int
    change: Mapping[str, Any]
    place: tuple[str, Sequence[str]]
    hint: str

    def in_the_end(self, world: World) -> Any:
        return world.kept(*self.place)


@dataclass
class _Meddling(Stagehand):
    """A host on which another run changes something: before anything happens, or once a call was answered."""

    change: Mapping[str, Any] = field(kw_only=True)
    after: int | None = field(kw_only=True)

    async def answer(self, call: HostCall) -> HostReply:
        if self.after is None and not self.calls:
            self.world.amend(self.change)
        reply = await super().answer(call)
        if len(self.calls) - 1 == self.after:
            self.world.amend(self.change)
        return reply


async def lost_content(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> Finding | None:
    """Error where a row or a file that is made of the one that was read is written over what came in between."""
    for one in [*_files(usual), *_rows(usual)][:_TRIED]:
        if is_locked(usual.calls, one.read):
            continue
        try:
            mine = one.in_the_end(await _run(candidate, case, {}, None))
            upon = one.in_the_end(await _run(candidate, case, one.change, None))
            over = one.in_the_end(await _run(candidate, case, one.change, one.read))
        except (InvalidWorld, LookupError, _NoResultError):
            continue
        # Made of what was read: with another content it is another one. And written as if nobody else had.
        if upon == mine or over != mine:
            continue
        message = (
            f"{what}: between its reading and its writing of {one.what} another run changes it; it writes "
            f"{_shown(over)} over that, and the change is lost."
        )
        return Finding(_GATE, "error", message, one.hint)
    return None


class _NoResultError(Exception):
    """The run has failed, as it may: nothing is lost without a word."""


async def _run(candidate: Candidate, case: Mapping[str, Any], change: Mapping[str, Any], after: int | None) -> World:
    world = candidate.world(case)
    host = _Meddling(world, change=change, after=after)
    execution = await candidate.once(case["arguments"], host, world.started_at_ns)
    if fault_of(execution) is not None:
        raise _NoResultError
    return world


def _files(usual: Trial) -> Iterator[_WrittenBack]:
    """Files that are read, and written later."""
    hint = (
        "Claim a key in the ledger before reading and release it after writing, or write a file of its own each time."
    )
    for at, (call, reply) in enumerate(zip(usual.calls, usual.replies, strict=True)):
        path: Any = call.payload.get("path")
        if call.operation != "read" or reply.fault is not None or not isinstance(path, str):
            continue
        if not any(_writes(later, path) for later in usual.calls[at + 1 :]):
            continue
        changed = _another_text(base64.b64decode(cast("Mapping[str, str]", reply.value)["base64"]))
        if changed is not None:
            yield _WrittenBack(f"the file {path}", at, {"files": {path: changed}}, ("files", (path,)), hint)


def _writes(call: HostCall, path: str) -> bool:
    return call.operation == "write" and call.payload.get("path") == path and not call.payload.get("create_only")


def _another_text(content: bytes) -> str | None:
    """What another run could have made of a text: JSON with another value, or one line more, as the last."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    try:
        value = another(json.loads(text))
    except ValueError:
        lines = text.splitlines()
        return f"{text.rstrip()}\n{lines[-1]}\n" if len(lines) > 1 else None
    return None if value is None else json.dumps(value)


def _rows(usual: Trial) -> Iterator[_WrittenBack]:
    """Numbers in rows that were changed after a query."""
    hint = (
        "Let the statement reckon (SET n = n + :by), or have its WHERE name the value that was read, and look at how "
        "many rows it has changed."
    )
    for seen in usual.world.done("sql"):
        database, table = str(seen.what.get("database")), str(seen.what.get("table"))
        read = _query_before(usual.calls, database)
        if read is None:
            continue
        for where, column in _changed(seen.what):
            name, of = _quoted(column), f"{_quoted(table)} WHERE {where}"
            change = {"sql": {database: f"UPDATE {_quoted(table)} SET {name} = {name} + {_ADDED} WHERE {where}"}}  # noqa: S608 - quoted
            place = ("sql", (database, f"SELECT {name} FROM {of}"))  # noqa: S608 - quoted
            yield _WrittenBack(f"{column} in {database}: {table}", read, change, place, hint)


def _query_before(calls: Sequence[HostCall], database: str) -> int | None:
    """The last query before the first statement that changes something."""
    mine = [(at, call.operation) for at, call in enumerate(calls) if call.payload.get("database") == database]
    first = next((at for at, operation in mine if operation == "execute"), 0)
    return max((at for at, operation in mine if operation == "query" and at < first), default=None)


def _changed(what: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Rows of which some numbers were changed: by what each is known, and which column."""
    rows = cast("list[dict[str, Any]]", what.get("added") or [])
    for row in cast("list[dict[str, Any]]", what.get("removed") or []):
        found = [(sum(row[name] != new.get(name) for name in row), at) for at, new in enumerate(rows)]
        count, at = min(found, default=(0, 0))
        if not 0 < count < len(row):
            continue
        same = [name for name in row if row[name] == rows[at].get(name)]
        numbers = [name for name in row if name not in same and _is_number(row[name]) and _is_number(rows[at][name])]
        for column in numbers:
            yield " AND ".join(f"{_quoted(name)} IS {_literal(row[name])}" for name in same), column


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return repr(value) if _is_number(value) else "'" + str(value).replace("'", "''") + "'"


def _shown(value: object) -> str:
    return brief(value.decode(errors="replace") if isinstance(value, bytes) else value, 120)
