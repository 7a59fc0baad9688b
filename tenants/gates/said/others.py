"""Others: a row of another customer, tenant or month, or of one whose name only begins alike, changes nothing."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from sandbox import Finding
from tenants.gates.said.outcomes import Outcome, outcome, outcomes
from tenants.gates.said.places import SETTING
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.edge_arguments import Path
from tenants.gates.trial.trying import asked, cases

_CASES, _TRIED = 3, 8
_OWN = re.compile(r"(?:^|_)(?:id|number|no|ref|reference|code|key|sku|email|uuid)$", re.IGNORECASE)
_ROW = re.compile(r"\((?:[^()']|'(?:[^']|'')*')*\)")
_INSERT = re.compile(r"INSERT INTO[^;]*?VALUES", re.IGNORECASE)
_NUMBER = re.compile(r"(?<=\()\d+(?=,)")


async def counted_in(candidate: Candidate) -> Finding | None:
    """Ask about a row more that is unlike what the call names and makes a difference."""
    for case in cases(candidate)[:_CASES]:
        tried = [one for one, _ in zip(_more(case), range(_TRIED), strict=False)]
        if not tried:
            continue
        usual = await outcome(candidate, case["arguments"], case.get("world"))
        came = await outcomes(candidate, [(case["arguments"], canned) for canned, _, _ in tried])
        for (_, named, other), one in zip(tried, came, strict=True):
            leaf = None if usual is None or one is None or usual.error or one.error else _grown(usual, one)
            if leaf is not None and usual is not None and one is not None:
                return asked(
                    f"Called with {brief(case['arguments'], 240)}, where one more row is there, the same but of "
                    f"{other!r} in place of {named!r}, {leaf.strip('/')} is {brief(one.leaves.get(leaf), 80)}, not "
                    f"{brief(usual.leaves.get(leaf), 80)}. Is what belongs to another one, or only begins alike, to "
                    "count as well?",
                    "Filter by the whole value before anything is counted or done. An example with a row of another "
                    "settles it.",
                )
    return None


def _grown(usual: Outcome, one: Outcome) -> str | None:
    """A place that is more, or other, with the row: by how many there are, or a number."""
    for leaf, value in usual.leaves.items():
        other = one.leaves.get(leaf)
        if isinstance(value, int | float) and not isinstance(value, bool) and other != value:
            return leaf
    return "deeds" if len(usual.deeds) != len(one.deeds) else None


def _more(case: Mapping[str, Any]) -> Iterator[tuple[Any, str, str]]:
    """Worlds with one row more, what the row beside it is of, and what it is of itself."""
    world = cast("Mapping[str, Any]", case.get("world") or {})
    given: list[Any] = [value for value in case["arguments"].values() if not isinstance(value, bool)]
    named = [str(value) for value in given if isinstance(value, str | int) and len(str(value)) > 1]
    for name in dict.fromkeys(named):
        for other in _unlike(name):
            for path, value in _holders(world, ()):
                if name in "/".join(map(str, path)) or path[0] in SETTING:
                    continue
                is_list = isinstance(value, list)
                wider = _of_list(value, name, other) if is_list else _of_script(str(value), name, other)
                if wider is not None:
                    yield edge_arguments.put(world, path, wider), name, other


def _unlike(name: str) -> Iterator[str]:
    end = name[-1]
    if end.isdecimal():
        yield f"{name[:-1]}{(int(end) + 3) % 10}"
    elif end.isalpha():
        yield f"{name[:-1]}{'b' if end == 'a' else 'a'}"
    yield f"{name}3"


def _holders(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield from _holders(inner, (*path, name))
    elif isinstance(value, list):
        yield path, cast("list[Any]", value)
    elif isinstance(value, str) and ("\n" in value or "INSERT" in value.upper()):
        yield path, value


def _of_list(rows: Any, name: str, other: str) -> list[Any] | None:
    for row in cast("list[Any]", rows):
        known = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
        fields = [field for field, value in known.items() if str(value) == name and not isinstance(value, bool)]
        if fields and len(known) > 1:
            made = {field: _fresh(field, value) for field, value in copy.deepcopy(known).items()}
            for field in fields:
                made[field] = other if isinstance(known[field], str) else int(other)
            return [*cast("list[Any]", rows), made]
    return None


def _fresh(field: str, value: Any) -> Any:
    if not _OWN.search(field) or isinstance(value, bool):
        return value
    return f"{value}9" if isinstance(value, str) else value + 90_001 if isinstance(value, int) else value


def _of_script(text: str, name: str, other: str) -> str | None:
    """A script with one INSERT more, or a table of lines with one line more."""
    quoted = f"'{name}'"
    inserts = [(found, text.find(";", found.end())) for found in _INSERT.finditer(text)]
    insert, end = next(((one, end) for one, end in inserts if quoted in text[one.end() : end]), (None, 0))
    if insert is not None:
        row = next((one[0] for one in _ROW.finditer(text, insert.end(), end) if quoted in one[0]), None)
        if row is None:
            return None
        fresh = _NUMBER.sub(lambda found: str(int(found[0]) + 90_001), row.replace(quoted, f"'{other}'"), count=1)
        return f"{text[:end]};\n{insert[0]} {fresh}{text[end:]}"
    if "INSERT" in text.upper():
        return None
    for mark in ",;\t":
        for line in text.splitlines()[1:]:
            cells = line.split(mark)
            if len(cells) > 1 and name in cells:
                fresh = mark.join(other if cell == name else cell for cell in cells)
                return f"{text.rstrip()}\n{fresh}\n"
    return None
