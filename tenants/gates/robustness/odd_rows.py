"""Odd rows: a column that may be null is null. A warning: whether it ever is, the world's script does not know."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox import Execution, Finding
from sandbox.worlds import InvalidWorld
from tenants.gates.trial.candidates import Candidate, title

_GATE = "robustness"
_CASES, _CHANGES = 4, 16
_TABLES = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL"
# What begins a line of a table's definition that is no column.
_CONSTRAINTS = ("PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "CONSTRAINT")


async def odd_rows(candidate: Candidate, crash: Callable[[Execution], str | None]) -> list[Finding | None]:
    """Return what crashes on a row of which one column is null. `crash` says how a run ended that should not so."""
    tried: list[tuple[str, Mapping[str, Any], str, str]] = []
    for index, case in list(enumerate(candidate.cases("examples")))[:_CASES]:
        if "result" in case:
            what = title("Example", index, case)
            tried += [(what, case, name, column) for name, column in _columns(candidate, case)]
    return await asyncio.gather(*(_with_null(candidate, *one, crash) for one in tried[:_CHANGES]))


def _columns(candidate: Candidate, case: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The columns of a case's databases that may be null, as `table.column`."""
    canned: Mapping[str, Any] = case.get("world") or {}
    databases: Mapping[str, Any] = canned.get("sql") or {}
    for name in databases:
        try:
            tables = candidate.world(case).kept("sql", (name, _TABLES))
        except LookupError:
            continue
        yield from ((name, f"{one['name']}.{column}") for one in tables for column in _nullable(str(one["sql"])))


def _nullable(definition: str) -> Iterator[str]:
    """The columns of a CREATE TABLE that may be null."""
    for line in _parts(definition.partition("(")[2].rpartition(")")[0]):
        words = line.split()
        said = " ".join(words).upper()
        if words and not said.startswith(_CONSTRAINTS) and "NOT NULL" not in said and "PRIMARY KEY" not in said:
            yield words[0].strip('"`[]')


def _parts(inside: str) -> Iterator[str]:
    """What stands between commas, where no bracket is open."""
    depth, begin = 0, 0
    for at, mark in enumerate(inside):
        depth += (mark == "(") - (mark == ")")
        if mark == "," and depth == 0:
            yield inside[begin:at]
            begin = at + 1
    yield inside[begin:]


async def _with_null(
    candidate: Candidate,
    what: str,
    case: Mapping[str, Any],
    name: str,
    column: str,
    crash: Callable[[Execution], str | None],
) -> Finding | None:
    table, _, field = column.partition(".")
    canned = case["world"]
    emptied = f'UPDATE "{table}" SET "{field}" = NULL WHERE rowid = (SELECT min(rowid) FROM "{table}");'  # noqa: S608  (its own script's names)
    databases = {**canned["sql"], name: f"{canned['sql'][name].rstrip().rstrip(';')};\n{emptied}"}
    try:
        world = candidate.world({**case, "world": {**canned, "sql": databases}})
    except InvalidWorld:
        return None
    said = crash(await candidate.once(case["arguments"], world, world.started_at_ns))
    if said is None:
        return None
    hint = "Say NOT NULL in the world's script if it cannot be; else read it as what may be missing."
    return Finding(_GATE, "warning", f"{what}, when {column} is null in the first row: {said}.", hint)
