"""Arguments from a JSON Schema: valid ones at the edges of what it allows, and odd ones that it forgot to forbid.

They are made from the spec's own examples, one place changed at a time, so that the rest of the call makes sense.
Nothing is random: the same spec gives the same arguments.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, cast

from tenants.base.canonical import text
from tenants.schemas import json_schemas

Path = tuple[str | int, ...]
_TEXTS = ("", " ", "0", "-1", "x'; drop table t; --", "Ünï 😀 ß", "a\nb", "../../etc/passwd", "2026-02-30", "NaN")
_FORMATS: dict[str, tuple[str, ...]] = {
    "date": ("2026-02-30", "2024-02-29", "9999-12-31", "0001-01-01", "tomorrow", "2026-6-1", "20260601"),
    "date-time": ("2026-06-01T00:00:00", "2026-06-01T25:00:00Z", "9999-12-31T23:59:59Z", "yesterday"),
    "email": ("nobody", "@example.com", "a@b@c.example", " Ann@Example.COM "),
    "uri": ("nothing", "http://[::1", "javascript:alert(1)"),
}
_LONG = 2_000
_MANY = 40
_FAR = 1_000_000
_DEPTH = 6


def arguments(schema: dict[str, Any], bases: list[Mapping[str, Any]], most: int) -> list[dict[str, Any]]:
    """Return up to `most` different valid arguments, spread evenly over the places of the schema."""
    closed = json_schemas.closed(schema)
    by_place: list[list[dict[str, Any]]] = []
    seen = {text(base) for base in bases}
    for base in bases:
        for path, below in _places(schema, base, schema, ()):
            found = [
                changed for value in _edges(below, _at(base, path), schema) for changed in [_put(base, path, value)]
            ]
            by_place.append(list(_new(found, closed, seen)))
        by_place.append(list(_new(_without_optional(schema, base), closed, seen)))
    return _dealt(by_place, most)


def _new(found: list[dict[str, Any]], schema: dict[str, Any], seen: set[str]) -> Iterator[dict[str, Any]]:
    for one in found:
        key = text(one)
        if key not in seen and not json_schemas.value_problems(schema, one):
            seen.add(key)
            yield one


def _dealt(piles: list[list[dict[str, Any]]], most: int) -> list[dict[str, Any]]:
    """One from each pile in turn, so that no place is left out for another's sake."""
    dealt: list[dict[str, Any]] = []
    for turn in range(max(map(len, piles), default=0)):
        dealt += [pile[turn] for pile in piles if turn < len(pile)]
    return dealt[:most]


def _places(
    schema: Mapping[str, Any], value: Any, root: Mapping[str, Any], path: Path
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every place of a value with the schema that speaks of it; the first two items stand for a whole list."""
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
    for alternative in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _edges(_resolved(alternative, root), now, root)
    kinds = schema.get("type", [])
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        yield from _of_kind(kind, schema, now)


def _of_kind(kind: str, schema: Mapping[str, Any], now: Any) -> Iterator[Any]:
    if kind == "string":
        yield from _strings(schema, now)
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


def _strings(schema: Mapping[str, Any], now: Any) -> Iterator[str]:
    yield from _FORMATS.get(str(schema.get("format")), ())
    if isinstance(now, str):
        yield from (now.upper(), now.lower(), f" {now} ", now[:1], now.translate(str.maketrans("123456789", "0" * 9)))
        yield now.translate(str.maketrans("012345678", "9" * 9))
    yield from _TEXTS
    yield "x" * min(int(schema.get("maxLength", _LONG)), _LONG)


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


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


def _put(base: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(dict(base))
    _at(changed, path[:-1])[path[-1]] = value
    return changed
