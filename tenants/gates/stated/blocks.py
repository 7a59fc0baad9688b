"""The blocks `done` and `after` of a case: read strictly, to their last key.

`{"done": {"email": [{"to", "subject", "text"}], "kv": {"tool": {key: value}}, "others": "allowed", "open": [places]},
"after": {"files": {path: content}}}`. What `done` says is all that was done; `others` allows more, of every kind or of
those that are named. Places are JSON pointers from the block, in an item's own `open` from the item; `*` is any step.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sandbox.worlds import STATED, Statements
from tenants.gates.stated import values
from tenants.gates.stated.places import Open, Path
from tenants.schemas.json_schemas import pointer, problem

Problems = list[dict[str, str]]
ITEMS_MAX = 5_000
ALLOWED = "allowed"
_OWN = ("others", "open", "recorded")


@dataclass(frozen=True, slots=True)
class Item:
    """One deed that is stated. `left` is what of it is left open."""

    fields: Mapping[str, Any]
    left: Open


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that is to be there afterwards, by the names that lead to it."""

    capability: str
    place: Path
    stated: Any
    left: Open


@dataclass(frozen=True, slots=True)
class Block:
    """`items` is None where the case does not say what was done. `recorded`: nobody has looked at it yet."""

    items: Mapping[str, Sequence[Item]] | None = None
    others: frozenset[str] = frozenset()
    recorded: bool = False
    kept: Sequence[Kept] = field(default_factory=list[Kept])


def block_of(case: Mapping[str, Any]) -> Block:
    """The blocks of a case that was found valid."""
    kept = list(_kept(cast("Mapping[str, Any]", case.get("after") or {})))
    if case.get("done") is None:
        return Block(kept=kept)
    done = cast("Mapping[str, Any]", case["done"])
    left = _opened(done.get("open", ()))
    others = done.get("others", ())
    return Block(
        {name: [item for _, item in _items(name, given, left)] for name, given in done.items() if name not in _OWN},
        frozenset(STATED if others == ALLOWED else cast("Iterable[str]", others)),
        done.get("recorded") is True,
        kept,
    )


def problems(case: Mapping[str, Any], path: str) -> Problems:
    """Everything that is wrong with the blocks of a case; `path` is the case's JSON pointer."""
    found: Problems = []
    if case.get("done") is not None:
        found += _of_done(case["done"], f"{path}/done")
    if case.get("after") is not None:
        found += _of_after(case["after"], f"{path}/after")
    return found


def unknown(name: str, known: Iterable[str], path: str) -> dict[str, str]:
    """The problem of a name that is none of those known, with the nearest one."""
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f"Did you mean {near[0]}?" if near else f"The fields are {', '.join(known)}."
    return problem(path, f"There is no field {name} here.", hint)


def _of_done(given: object, path: str) -> Problems:
    if not isinstance(given, dict):
        hint = 'For example {"email": [{"to": "ann@example.com", "subject": "Hello", "text": "..."}]}; {} is nothing.'
        return [problem(path, "This is an object from capability to what was done by it.", hint)]
    done = cast("dict[str, Any]", given)
    found = [unknown(name, (*STATED, *_OWN), path + pointer([name])) for name in done if name not in (*STATED, *_OWN)]
    found += [*_of_others(done.get("others", []), path), *_of_open(done.get("open", []), path)]
    if "recorded" in done and done["recorded"] is not True:
        found.append(problem(f"{path}/recorded", "This is true, or it is left out: once somebody has looked."))
    for name, stated in done.items():
        if name in STATED:
            found += _of_capability(name, stated, path + pointer([name]))
    return found


def _of_others(others: object, path: str) -> Problems:
    several = cast("list[object]", others) if isinstance(others, list) else []
    if others != ALLOWED and not isinstance(others, list):
        return [problem(f"{path}/others", f'This is "{ALLOWED}", or a list of the capabilities it goes for.')]
    return [unknown(str(name), STATED, f"{path}/others/{at}") for at, name in enumerate(several) if name not in STATED]


def _of_open(places: object, path: str) -> Problems:
    several = cast("list[object]", places) if isinstance(places, list) else [None]
    if all(isinstance(place, str) and place.strip("/") for place in several):
        return []
    return [problem(f"{path}/open", 'This is a list of places such as "json/id", each a JSON pointer; * is any step.')]


def _of_capability(name: str, stated: object, path: str) -> Problems:
    statements = STATED[name]
    if statements.places:
        return _of_places(stated, statements, path, len(statements.places))
    if not isinstance(stated, list):
        return [problem(path, "This is a list: one object for each thing that was done.")]
    items = cast("list[object]", stated)
    if len(items) > ITEMS_MAX:
        return [problem(path, f"There are {len(items)}; {ITEMS_MAX} are allowed.", "Allow others, and state a few.")]
    found = [one for at, item in enumerate(items) for one in _of_item(item, statements, f"{path}/{at}")]
    return found or _of_alternatives(items, statements, path)


def _of_alternatives(items: list[Any], statements: Statements, path: str) -> Problems:
    """What can be stated in two ways is stated in one of them."""
    ways = [{part for part in statements.either if part in item} for item in items if isinstance(item, dict)]
    if not statements.either or (all(len(way) == 1 for way in ways) and len({*map(frozenset, ways)}) < 2):
        return []
    return [problem(path, f"State all of these by `{statements.either[0]}`, or all by `{statements.either[1]}`.")]


def _of_places(given: object, statements: Statements, path: str, depth: int) -> Problems:
    if depth == 0:
        kind = statements.fields.get(statements.value, "json")
        return _of_value(values.unreadable(kind, given), path)
    if not isinstance(given, dict):
        return [problem(path, f"This is an object by {statements.places[-depth]}.")]
    inner = cast("dict[str, Any]", given)
    choices = statements.choices if depth == len(statements.places) else ()
    found = [unknown(name, choices, path + pointer([name])) for name in inner if choices and name not in choices]
    for name, below in inner.items():
        found += _of_places(below, statements, path + pointer([name]), depth - 1)
    return found


def _of_item(given: object, statements: Statements, path: str) -> Problems:
    if isinstance(given, str) and statements.short:
        return []
    if not isinstance(given, dict) or not given:
        return [problem(path, "This is an object that says what was done.", _fields(statements))]
    item = cast("dict[str, Any]", given)
    known = (*statements.fields, "open")
    found = [unknown(name, known, path + pointer([name])) for name in item if statements.fields and name not in known]
    found += _of_open(item.get("open", []), path)
    for name, stated in item.items():
        if name in statements.fields:
            found += _of_value(values.unreadable(statements.fields[name], stated), path + pointer([name]))
    return found


def _fields(statements: Statements) -> str | None:
    return f"Its fields are {', '.join(statements.fields)}." if statements.fields else None


def _of_value(found: tuple[Path, str, str | None] | None, path: str) -> Problems:
    return [] if found is None else [problem(path + pointer(found[0]), found[1], found[2])]


def _of_after(given: object, path: str) -> Problems:
    keeping = {name: statements for name, statements in STATED.items() if statements.kept}
    if not isinstance(given, dict):
        hint = 'For example {"kv": {"tool": {"counter": 3}}, "files": {"reports/may.csv": {"csv": [...]}}}.'
        return [problem(path, "This is an object from capability to what it keeps afterwards.", hint)]
    found: Problems = []
    for name, stated in cast("dict[str, Any]", given).items():
        here = path + pointer([name])
        if name == "open":
            found += _of_open(stated, path)
        elif name not in keeping:
            found.append(unknown(name, (*keeping, "open"), here))
        else:
            found += _of_kept(stated, keeping[name], here, keeping[name].kept_by)
    return found


def _of_kept(given: object, statements: Statements, path: str, depth: int) -> Problems:
    if depth == 0:
        return [] if given is None else _of_value(values.unreadable(statements.kept or "json", given), path)
    if not isinstance(given, dict) or not given:
        return [problem(path, "This is an object from the name of what is kept to its value.")]
    inner = cast("dict[str, Any]", given)
    choices = statements.choices if depth == statements.kept_by else ()
    found = [unknown(name, choices, path + pointer([name])) for name in inner if choices and name not in choices]
    for name, below in inner.items():
        found += _of_kept(below, statements, path + pointer([name]), depth - 1)
    return found


def _items(name: str, given: Any, left: Open) -> Iterator[tuple[Path, Item]]:
    statements = STATED[name]
    if statements.places:
        for place, value in _leaves(given, len(statements.places)):
            inside = Open(tuple((statements.value, *steps) for steps in left.below(name, *place).places))
            named = dict(zip(statements.places, place, strict=True))
            yield place, Item({**named, statements.value: value}, inside)
        return
    for at, item in enumerate(given):
        fields: dict[str, Any] = {statements.short: item} if isinstance(item, str) else dict(item)
        own = _opened(fields.pop("open", ()))
        yield (str(at),), Item(fields, Open((*own.places, *left.below(name, str(at)).places)))


def _kept(after: Mapping[str, Any]) -> Iterator[Kept]:
    left = _opened(after.get("open", ()))
    for name, given in after.items():
        if name != "open":
            for place, value in _leaves(given, STATED[name].kept_by):
                yield Kept(name, place, value, left.below(name, *place))


def _leaves(given: Any, depth: int, place: Path = ()) -> Iterator[tuple[Path, Any]]:
    if depth == 0:
        yield place, given
        return
    for name, inner in cast("dict[str, Any]", given).items():
        yield from _leaves(inner, depth - 1, (*place, name))


def _opened(places: Iterable[str]) -> Open:
    return Open(
        tuple(
            tuple(step.replace("~1", "/").replace("~0", "~") for step in place.strip("/").split("/"))
            for place in places
        )
    )
