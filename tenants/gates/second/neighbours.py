"""Neighbours of the examples: the same call in the same world with one thing other, for two sources to be compared on.

What takes a value's place is what stands elsewhere in the case under the same name, or what lies just beside it: where
one of two sources has a rule wrong, some neighbour of an example mostly shows it, while the example itself does not.
"""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from tenants.gates.said.places import SETTING, Place, places
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.edge_arguments import Path

# Of each case; two sources are called with each of them.
OF_A_CASE = 60
_TEXT_CHARACTERS_MAX = 80
_QUOTED = re.compile(r"'([^'\n]{1,60})'")
_LINES_MAX = 40


@dataclass(frozen=True, slots=True)
class Neighbour:
    arguments: Mapping[str, Any]
    world: Any
    # Where it differs from its example, in words.
    where: str


def neighbours(case: Mapping[str, Any]) -> list[Neighbour]:
    """Return so many of a case's neighbours, the same ones each time, of as many places as there are."""
    piles = [pile for pile in map(list, _piles(case)) if pile]
    dealt = [pile[turn] for turn in range(max(map(len, piles), default=0)) for pile in piles if turn < len(pile)]
    first, rest = dealt[: len(piles)], dealt[len(piles) :]
    room = OF_A_CASE - len(first)
    if room < 0:
        first = random.Random("neighbours").sample(first, OF_A_CASE)  # noqa: S311 - a sample, no secret
    return [*first, *rest[: max(0, room)]]


def _piles(case: Mapping[str, Any]) -> Iterator[Iterator[Neighbour]]:
    known = [*places(case)]
    for place in known:
        yield _of_place(place, known)
    for in_world, path, value in _containers(case):
        yield _of_container(case, value, path, in_world=in_world)


def _of_place(place: Place, known: list[Place]) -> Iterator[Neighbour]:
    for value in dict.fromkeys([*_kin(place, known), *_beside(place)]):
        if value != place.value:
            given, world = place.put(value)
            yield Neighbour(given, world, f"{value!r} for {place.value!r}")


def _kin(place: Place, known: list[Place]) -> Iterator[Any]:
    """What stands elsewhere under the same name."""
    for other in known:
        is_alike = (other.kind, _name(other), type(other.value)) == (place.kind, _name(place), type(place.value))
        if is_alike and len(str(other.value)) <= _TEXT_CHARACTERS_MAX:
            yield other.value


def _name(place: Place) -> object:
    return next((part for part in reversed(place.path) if isinstance(part, str)), None)


def _beside(place: Place) -> Iterator[Any]:
    if place.kind == "number":
        yield from _numbers_beside(place.value)
    elif place.kind in {"day", "moment"}:
        yield from _days_beside(str(place.value))
    elif len(str(place.value)) <= _TEXT_CHARACTERS_MAX and "\n" not in str(place.value):
        text = str(place.value)
        yield from (text.swapcase(), f" {text}", text[:-1])


def _numbers_beside(value: Any) -> Iterator[Any]:
    try:
        number = int(value) if isinstance(value, str) else value
    except ValueError:
        return
    for other in (number + 1, number - 1, number * 10, 0, number // 2 if isinstance(number, int) else number / 2):
        yield str(other) if isinstance(value, str) else other


def _days_beside(text: str) -> Iterator[str]:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return
    for by in (1, -1, 7, 31, 366, -366):
        if date.min + timedelta(400) < day < date.max - timedelta(400):
            yield f"{day + timedelta(by)}{text[10:]}"


def _containers(case: Mapping[str, Any]) -> Iterator[tuple[bool, Path, Any]]:
    """The lists, tables and scripts of a case, by whether they are the world's and where they stand."""
    yield from ((False, path, value) for path, value in _inside(case["arguments"], ()))
    world = cast("Mapping[str, Any]", case.get("world") or {})
    for part in world:
        if part not in SETTING:
            yield from ((True, path, value) for path, value in _inside(world[part], (part,)))


def _inside(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield from _inside(inner, (*path, name))
    elif isinstance(value, list):
        yield path, value
        for at, inner in enumerate(cast("list[Any]", value)):
            yield from _inside(inner, (*path, at))
    elif isinstance(value, str) and ("\n" in value or "'" in value):
        yield path, value


def _of_container(case: Mapping[str, Any], value: Any, path: Path, *, in_world: bool) -> Iterator[Neighbour]:
    holder = case.get("world") if in_world else case["arguments"]
    changes = _of_list(cast("list[Any]", value)) if isinstance(value, list) else _of_script(str(value), path)
    for what, other in changes:
        changed = edge_arguments.put(cast("Mapping[str, Any]", holder), path, other)
        given, world = (case["arguments"], changed) if in_world else (changed, case.get("world"))
        yield Neighbour(given, world, f"{what} {'/'.join(map(str, path))}")


def _of_list(items: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    if not items:
        return
    yield "the last again in", [*items, items[-1]]
    yield "without the first of", items[1:]
    if len(items) > 1:
        yield "the other way round", items[::-1]
        yield "the first again at the end of", [*items, items[0]]


def _of_script(text: str, path: Path) -> Iterator[tuple[str, str]]:
    """A script of SQL with other texts in its rows; or a file of lines, with them in another order."""
    if path[:1] == ("sql",):
        found = [*_QUOTED.finditer(text)]
        for one in found:
            for other in dict.fromkeys(each[1] for each in found if each[1] != one[1]):
                yield f"{other!r} for {one[1]!r} in", f"{text[: one.start(1)]}{other}{text[one.end(1) :]}"
        return
    lines = text.splitlines(keepends=True)
    if 2 < len(lines) <= _LINES_MAX and text.endswith("\n"):
        yield "the last line again in", "".join([*lines, lines[-1]])
        yield "without the second line of", "".join([lines[0], *lines[2:]])
        yield "the lines but the first the other way round in", "".join([lines[0], *reversed(lines[1:])])
