"""Neighbours: what lies beside what a call is about and is none of its business: a column more, a longer name."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox import Finding
from sandbox.worlds import InvalidWorld
from tenants.base import canonical
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.comparing import fault_of, result_of
from tenants.gates.trial.effects import identity
from tenants.gates.trial.trying import asked, cases, leaves

_CASES = 2
# A column that no INSERT has to give.
_CREATED = re.compile(r"(CREATE TABLE (?:IF NOT EXISTS )?[^\s(]+\s*\()", re.IGNORECASE)
_COLUMN, _MARK = "remarks_internal", "mark-of-nobody"
_WORD = re.compile(r"[A-Za-z]{4,}")


async def told_unasked(candidate: Candidate) -> Finding | None:
    """Ask about a column that comes out though nobody has named it: the next one may be nobody's business."""
    for case in cases(candidate)[:_CASES]:
        canned: Mapping[str, Any] = case.get("world") or {}
        databases: Mapping[str, Any] = canned.get("sql") or {}
        more = rf"\1{_COLUMN} TEXT GENERATED ALWAYS AS ('{_MARK}'), "
        wider = {name: _CREATED.sub(more, str(script)) for name, script in databases.items()}
        came = await _came(candidate, case, {**canned, "sql": wider}) if databases else None
        if came is not None and _MARK in came:
            return asked(
                f"Called with {brief(case['arguments'], 200)}, where its tables have a column {_COLUMN} more, that "
                "comes out as well. Is whatever such a table holds meant for whoever calls?",
                "Name the columns in the statement: SELECT a, b FROM ..., not SELECT *.",
            )
    return None


async def touched_beside(candidate: Candidate) -> Finding | None:
    """Ask about a file whose folder only begins with what the call names."""
    for case in cases(candidate)[:_CASES]:
        canned: Mapping[str, Any] = case.get("world") or {}
        files: Mapping[str, Any] = canned.get("files") or {}
        for path, sibling, part in _siblings(files, case["arguments"]):
            came = await _came(candidate, case, {**canned, "files": {**files, sibling: files[path]}})
            if came is not None and sibling in came:
                return asked(
                    f"Called with {brief(case['arguments'], 200)}, where {sibling} is there beside {path}, that one "
                    f"is dealt with as well: its name only begins with {part}. Is it meant?",
                    "End what a list is asked for with the slash that ends the name.",
                )
    return None


def _siblings(files: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """A path, one like it of another thing, and the part of both that the call names."""
    named = {str(value) for _, value in leaves(given) if isinstance(value, str | int) and not isinstance(value, bool)}
    for path in files:
        *folders, last = path.split("/")
        for at, folder in enumerate(folders):
            if folder in named:
                yield path, "/".join([*folders[:at], f"{folder}3", *folders[at + 1 :], last]), folder
                return


async def spoiled(candidate: Candidate) -> Finding | None:
    """Ask about a file that is no UTF-8 and is taken all the same, without what could not be read of it."""
    for case in cases(candidate)[:_CASES]:
        canned: Mapping[str, Any] = case.get("world") or {}
        files: Mapping[str, Any] = canned.get("files") or {}
        usual = await _came(candidate, case, canned) if files else None
        for path, given in files.items():
            word = (
                next((one for one in reversed(_WORD.findall(given)) if one in (usual or "")), None)
                if isinstance(given, str)
                else None
            )
            if word is None:
                continue
            raw = given.encode().replace(word.encode(), f"{word[0]}\xc4{word[2:]}".encode("latin-1"))
            odd = {**files, path: {"base64": base64.b64encode(raw).decode()}}
            came = await _came(candidate, case, {**canned, "files": odd})
            if came is not None and any(
                text in came for text in (f"{word[0]}{word[2:]}", f"{word[0]}\ufffd{word[2:]}")
            ):
                return asked(
                    f"{path} is no UTF-8, and is taken all the same: {word} with an odd letter in it comes out as "
                    f"{word[0]}{word[2:]}, without it. Is that meant?",
                    "Decode strictly, and end with a ToolError that names the file.",
                )
    return None


async def _came(candidate: Candidate, case: Mapping[str, Any], canned: Mapping[str, Any]) -> str | None:
    """All that comes of a case in another world, as text; None where it fails."""
    try:
        world = candidate.world({**case, "world": canned})
    except InvalidWorld:
        return None
    execution = await candidate.once(case["arguments"], world, world.started_at_ns)
    if fault_of(execution) is not None:
        return None
    return canonical.text([result_of(execution), [identity(deed) for deed in world.deeds]])
