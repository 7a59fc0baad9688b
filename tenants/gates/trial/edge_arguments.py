"""Arguments from a JSON Schema: valid ones at the edges of what it allows, and odd ones that it forgot to forbid.

They are made from the spec's own examples, one place changed at a time, so that the rest of the call makes sense.
Nothing is random: the same spec gives the same arguments.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from tenants.base.canonical import text
from tenants.gates.trial import edge_values
from tenants.schemas import json_schemas

Path = tuple[str | int, ...]
_MANY = 40
_FAR = 1_000_000
_DEPTH = 6


class Changed(NamedTuple):
    """One call, and which of the bases it was made from: it is made in the world of that one."""

    base: int
    arguments: dict[str, Any]


def arguments(schema: dict[str, Any], bases: list[Mapping[str, Any]], most: int) -> list[dict[str, Any]]:
    """Return up to `most` different valid arguments, spread evenly over the places of the schema."""
    return [one.arguments for one in changed(schema, bases, most)]


def changed(schema: dict[str, Any], bases: list[Mapping[str, Any]], most: int) -> list[Changed]:
    """The same, each with the base that it was made from."""
    closed = json_schemas.closed(schema)
    seen = {text(base) for base in bases}
    piles = [
        [Changed(number, given) for given in _new(pile, closed, seen)]
        for number, base in enumerate(bases)
        for pile in _piles(schema, base)
    ]
    return _dealt(piles, most)


def _piles(schema: dict[str, Any], base: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The changes of each place: as it stands, where its list has only the one item, and where it is not given."""
    for path, below in places(schema, base):
        yield [put(base, path, value) for value in _edges(below, at(base, path), schema)]
    yield _without_optional(schema, base)
    for list_path, _ in list(places(schema, base)):
        items = at(base, list_path)
        if isinstance(items, list) and len(cast("list[Any]", items)) > 1:
            alone = put(base, list_path, items[:1])
            for path, below in places(schema, alone):
                if path[: len(list_path)] == list_path and len(path) > len(list_path):
                    yield [put(alone, path, value) for value in _edges(below, at(alone, path), schema)]
    yield from _with_optional(schema, base)


def _new(found: list[dict[str, Any]], schema: dict[str, Any], seen: set[str]) -> Iterator[dict[str, Any]]:
    for one in found:
        key = text(one)
        if key not in seen and not json_schemas.value_problems(schema, one):
            seen.add(key)
            yield one


def _dealt(piles: list[list[Changed]], most: int) -> list[Changed]:
    """One from each pile in turn, so that no place is left out for another's sake."""
    dealt: list[Changed] = []
    for turn in range(max(map(len, piles), default=0)):
        dealt += [pile[turn] for pile in piles if turn < len(pile)]
    return dealt[:most]


def places(schema: Mapping[str, Any], value: Any) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every place of a value with the schema that speaks of it; the first two items stand for a whole list."""
    yield from _places(schema, value, schema, ())


def _places(
    schema: Mapping[str, Any], value: Any, root: Mapping[str, Any], path: Path
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    below = _resolved(schema, root)
    if path:
        yield path, below
    if len(path) >= _DEPTH:
        return
    if isinstance(value, Mapping):
        known = cast("Mapping[str, Any]", below.get("properties", {}))
        for name, inner in cast("Mapping[str, Any]", value).items():
            if name in known:
                yield from _places(known[name], inner, root, (*path, name))
    elif isinstance(value, list) and isinstance(below.get("items"), Mapping):
        for index, inner in enumerate(cast("list[Any]", value)[:2]):
            yield from _places(below["items"], inner, root, (*path, index))


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a local reference; of several alternatives all their words together."""
    for _ in range(_DEPTH):
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            break
        found: Any = root
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            found = cast("Mapping[str, Any]", found).get(name, {}) if isinstance(found, Mapping) else {}
        schema = cast("Mapping[str, Any]", found)
    return schema


def _edges(schema: Mapping[str, Any], now: Any, root: Mapping[str, Any]) -> Iterator[Any]:
    if "const" in schema:
        return
    if "enum" in schema:
        yield from schema["enum"]
        return
    for alternative in sorted((*schema.get("anyOf", ()), *schema.get("oneOf", ())), key=_is_not_null):
        yield from _edges(_resolved(alternative, root), now, root)
    kinds = schema.get("type", [])
    for kind in [kinds] if isinstance(kinds, str) else sorted(kinds, key=lambda kind: kind != "null"):
        yield from _of_kind(kind, schema, now)


def _is_not_null(schema: Any) -> bool:
    """Nothing is tried before everything else."""
    return not isinstance(schema, dict) or cast("dict[str, Any]", schema).get("type") != "null"


def _of_kind(kind: str, schema: Mapping[str, Any], now: Any) -> Iterator[Any]:
    if kind == "string":
        yield from edge_values.texts(schema, now)
    elif kind in {"integer", "number"}:
        yield from _numbers(schema, whole=kind == "integer")
    elif kind == "array":
        yield from _lists(schema, now)
    elif kind == "object":
        yield {}
    elif kind == "boolean":
        yield from (True, False)
    elif kind == "null":
        yield None


def _numbers(schema: Mapping[str, Any], *, whole: bool) -> Iterator[int | float]:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -_FAR))
    high = schema.get("maximum", schema.get("exclusiveMaximum", _FAR))
    yield from (low, high, 0, 1, -1, low + 1, high - 1)
    if not whole:
        yield from (0.1, -0.0, 1e-9, 1.005)


def _lists(schema: Mapping[str, Any], now: Any) -> Iterator[list[Any]]:
    yield []
    items = cast("list[Any]", now) if isinstance(now, list) else []
    if items:
        yield items[:1]
        yield [*items, *items]
        yield [items[0]] * min(int(schema.get("maxItems", _MANY)), _MANY)


def _without_optional(schema: Mapping[str, Any], base: Mapping[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", [])
    return [
        {name: value for name, value in base.items() if name != left_out}
        for left_out in base
        if left_out not in required
    ]


def _with_optional(schema: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """What the base leaves out, given."""
    known = cast("Mapping[str, Any]", schema.get("properties", {}))
    for name, below in known.items():
        if name not in base:
            yield [{**base, name: value} for value in _edges(_resolved(below, schema), None, schema)]


def at(value: Any, path: Path) -> Any:
    """Return what stands in a place."""
    for part in path:
        value = value[part]
    return value


def put(base: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return a copy with another value in a place."""
    made: dict[str, Any] = copy.deepcopy(dict(base))
    at(made, path[:-1])[path[-1]] = copy.deepcopy(value)
    return made


def texts_of(schema: Mapping[str, Any], base: Mapping[str, Any]) -> list[tuple[Path, str]]:
    """The places of a value that hold a text, with the text; enums are none, for they have no other."""
    return [
        (path, here)
        for path, below in places(schema, base)
        if isinstance(here := at(base, path), str) and "enum" not in below and "const" not in below
    ]
