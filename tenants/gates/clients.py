"""Schemas that real clients refuse, in what the listing cannot mend (api/mcp/wire/schemas.py mends the rest).

Each was met with the client's release that is named, or in its issues; a client that mends it makes its line obsolete.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from sandbox import Finding

_GATE = "contract"
_COMBINE = ("anyOf", "oneOf", "allOf", "not")
_SAFE = 1 << 53


def refusals(spec: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a warning for each part of a schema that some client is known not to take."""
    for field in ("input_schema", "output_schema"):
        schema: Any = spec.get(field)
        if isinstance(schema, dict):
            known = cast("dict[str, Any]", schema)
            for where, who, instead in _refused(known, field):
                yield Finding(_GATE, "warning", f"{where}: {who}.", instead)


def _refused(schema: dict[str, Any], field: str) -> Iterator[tuple[str, str, str]]:
    top = next((word for word in _COMBINE if word in schema), None)
    if top is not None and field == "input_schema":
        who = "Claude's API and OpenAI's refuse every request of a session with such a tool, so it is listed without it"
        yield f"/{field} has {top} at its top", who, "Put the choice into a property, or say it in the description."
    if _recurs(schema):
        who = "llama-index 0.6 and CrewAI run into a RecursionError, and list no tool of the server"
        yield f"/{field} refers to itself", who, "Bound the depth, or take the nested part as text."
    large = next((place for place, value in _numbers(schema, f"/{field}") if abs(value) > _SAFE), None)
    if large is not None:
        who = "clients in JavaScript round whole numbers beyond 2^53, and some servers refuse those beyond 64 bits"
        yield f"{large} is beyond 2^53", who, "Take long numbers as text, with a pattern."


def _recurs(schema: dict[str, Any]) -> bool:
    """Whether a definition leads back to itself, or to the whole."""
    defined: dict[str, Any] = {**schema.get("definitions", {}), **schema.get("$defs", {})}
    leads = {name: set(_references(inner)) for name, inner in defined.items()}
    if "" in set(_references(schema)):
        return True
    for name in defined:
        met, todo = set[str](), set(leads[name])
        while todo:
            one = todo.pop()
            if one == name:
                return True
            if one not in met:
                met.add(one)
                todo |= leads.get(one, set())
    return False


def _references(value: Any) -> Iterator[str]:
    """The names of definitions that a schema refers to; "" is the whole."""
    if isinstance(value, dict):
        known = cast("dict[str, Any]", value)
        reference = known.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            yield "" if reference in {"#", "#/"} else reference.rpartition("/")[2]
        for inner in known.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _references(inner)


def _numbers(value: Any, place: str) -> Iterator[tuple[str, int]]:
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield place, value
    elif isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield from _numbers(inner, f"{place}/{name}")
    elif isinstance(value, list):
        for at, inner in enumerate(cast("list[Any]", value)):
            yield from _numbers(inner, f"{place}/{at}")
