"""The block that states what a run did: ready to paste, and marked until a person has looked at it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from sandbox.worlds import STATED, Comparison, Seen, Statements, World
from tenants.gates.stated import contents
from tenants.gates.stated.places import Path
from tenants.gates.trial.comparing import difference
from tenants.schemas.json_schemas import pointer


def block(world: World) -> dict[str, Any]:
    """What was done to a world, as a case's `done`."""
    return block_of(done_in(world))


def done_in(world: World) -> dict[str, list[Seen]]:
    """All that the run at hand has done to its world, by capability."""
    return {name: world.done(name) for name in STATED}


def block_of(done: Mapping[str, Sequence[Seen]]) -> dict[str, Any]:
    """What was done, by capability, as a case's `done`."""
    made: dict[str, Any] = {"recorded": True}
    for name, statements in STATED.items():
        seen = [one.what for one in done[name] if not one.free]
        if seen:
            made[name] = _nested(seen, statements) if statements.places else _listed(seen, statements)
    return made


def opened(first: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, Any]:
    """A recorded block in which what differs from another recording of the same case is left open."""
    places = [pointer(path).strip("/") for path in _differing(first, again, ())]
    return {**first, "open": places} if places else dict(first)


def _listed(seen: Sequence[Mapping[str, Any]], statements: Statements) -> list[Any]:
    items = [
        {
            part: _recorded(statements.fields.get(part, "json"), part, value)
            for part, value in what.items()
            if not statements.fields or part in statements.substance
        }
        for what in seen
    ]
    return [item[statements.short] if list(item) == [statements.short] else item for item in items]


def _nested(seen: Sequence[Mapping[str, Any]], statements: Statements) -> dict[str, Any]:
    made: dict[str, Any] = {}
    kind = statements.fields.get(statements.value, "json")
    for what in seen:
        inner = made
        for place in statements.places[:-1]:
            inner = inner.setdefault(str(what[place]), {})
        last = str(what[statements.places[-1]])
        inner[last] = _recorded(kind, last, what.get(statements.value))
    return made


def _recorded(kind: Comparison, name: str, value: Any) -> Any:
    """A part of a deed as a case would state it; the name of a content says what it may be."""
    if kind == "content" and isinstance(value, bytes | str):
        return contents.recorded(name, value.encode() if isinstance(value, str) else value)
    if kind == "addresses" and isinstance(value, list) and len(cast("list[Any]", value)) == 1:
        return cast("list[Any]", value)[0]
    if kind == "attachments":
        several = cast("list[Mapping[str, Any]]", value)
        return [
            {
                "filename": one.get("filename"),
                "content": contents.recorded(str(one.get("filename")), contents.attached(one)),
            }
            for one in several
        ]
    return cast("Any", value)


def _are_alike_long(one: Any, other: Any) -> bool:
    return isinstance(one, list) and isinstance(other, list) and len(cast("Any", one)) == len(cast("Any", other))


def _differing(one: Any, other: Any, path: Path) -> Iterator[Path]:
    """The smallest places in which two recordings differ. Of lists of another length, the whole list."""
    if isinstance(one, dict) and isinstance(other, dict):
        fields, others = cast("dict[str, Any]", one), cast("dict[str, Any]", other)
        for name in {**fields, **others}:
            if name in fields and name in others:
                yield from _differing(fields[name], others[name], (*path, name))
            else:
                yield (*path, name)
    elif _are_alike_long(one, other):
        for at, (first, second) in enumerate(zip(cast("Any", one), other, strict=True)):
            yield from _differing(first, second, (*path, str(at)))
    elif difference(one, other) is not None:
        yield path
