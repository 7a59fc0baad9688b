"""Odd worlds: one cell of a file that a tool reads is no number, or empty. A reader says so; it does not crash."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sandbox import Execution, Finding
from tenants.gates.trial.candidates import Candidate, Trial, brief, title

_GATE = "robustness"
_CASES = 4
_CHANGES = 24
_ODD = ("n/a", "")
_DELIMITERS = ";,\t|"


@dataclass(frozen=True, slots=True)
class _Change:
    """`content` is the file with the one cell changed; `where` names the cell."""

    path: str
    where: str
    cell: object
    content: str


async def odd_cells(candidate: Candidate, crash: Callable[[Execution], str | None]) -> list[Finding | None]:
    """Return what crashes on a file of which a single cell is odd. `crash` says how a run ended that should not so."""
    tried: list[tuple[str, Mapping[str, Any], _Change]] = []
    for index, case in list(enumerate(candidate.cases("examples")))[:_CASES]:
        usual = await candidate.trial("examples", index)
        if "result" in case:
            tried += [(title("Example", index, case), case, change) for change in _changes(case, usual)]
    return await asyncio.gather(*(_with_cell(candidate, *one, crash) for one in tried[:_CHANGES]))


def _changes(case: Mapping[str, Any], usual: Trial) -> Iterator[_Change]:
    canned: Mapping[str, Any] = case.get("world") or {}
    kept: Mapping[str, Any] = canned.get("files") or {}
    for path, given in kept.items():
        if path not in _read(usual):
            continue
        held = cast("Mapping[str, Any]", given).get("text") if isinstance(given, Mapping) else given
        if isinstance(held, str):
            yield from _of_text(path, held)
        else:
            data = cast("Mapping[str, Any]", given).get("json") if isinstance(given, Mapping) else given
            yield from _of_data(path, data)


def _read(usual: Trial) -> set[str]:
    """The paths of what a run has read."""
    return {
        str(call.payload["path"])
        for call, reply in zip(usual.calls, usual.replies, strict=True)
        if call.operation == "read" and "path" in call.payload and reply.fault is None
    }


def _of_text(path: str, text: str) -> Iterator[_Change]:
    try:
        data: Any = json.loads(text)
    except ValueError:
        data = None
    if isinstance(data, dict | list):
        yield from _of_data(path, cast("Any", data))
        return
    lines = text.split("\n")
    if len(lines) < 2 or '"' in lines[1]:
        return
    delimiter = max(_DELIMITERS, key=lines[0].count)
    names, cells = lines[0].split(delimiter), lines[1].rstrip("\r").split(delimiter)
    if len(names) != len(cells) or len(cells) < 2:
        return
    end = "\r" if lines[1].endswith("\r") else ""
    for odd in _ODD:
        for at, name in enumerate(names):
            row = delimiter.join([*cells[:at], odd, *cells[at + 1 :]]) + end
            yield _Change(path, f"row 1, {name.strip()}", odd, "\n".join([lines[0], row, *lines[2:]]))


def _of_data(path: str, data: Any) -> Iterator[_Change]:
    """Of JSON one value of the first object is text where there was a number, and the other way round."""
    first = cast("list[Any]", data)[0] if isinstance(data, list) and data else cast("Any", data)
    for name, value in cast("dict[str, Any]", first).items() if isinstance(first, dict) else ():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            odd: Any = "n/a" if not isinstance(value, str) else ""
            changed = {**cast("dict[str, Any]", first), name: odd}
            whole = [changed, *cast("list[Any]", data)[1:]] if isinstance(data, list) else changed
            yield _Change(path, name, odd, json.dumps(whole))


async def _with_cell(
    candidate: Candidate, what: str, case: Mapping[str, Any], change: _Change, crash: Callable[[Execution], str | None]
) -> Finding | None:
    canned: Mapping[str, Any] = case.get("world") or {}
    files: dict[str, Any] = {**canned.get("files", {}), change.path: change.content}
    world = candidate.world({**case, "world": {**canned, "files": files}})
    execution = await candidate.once(case["arguments"], world, world.started_at_ns)
    said = crash(execution)
    if said is None:
        return None
    message = f"{what}, when {change.path} has {brief(change.cell)} in {change.where}: {said}."
    hint = "Read each cell as what may be wrong: report the row, or raise a ToolError that names the file and the row."
    return Finding(_GATE, "error", message, hint)
