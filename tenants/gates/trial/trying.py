"""Trying a case with something else in one place, and comparing what comes of it."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from sandbox import Execution, Finding
from sandbox.worlds import InvalidWorld, World
from tenants.base import canonical
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate
from tenants.gates.trial.comparing import fault_of, result_of
from tenants.gates.trial.edge_arguments import Path
from tenants.gates.trial.effects import identity
from tenants.schemas import json_schemas

_CASES = 4


def cases(candidate: Candidate) -> list[dict[str, Any]]:
    """Return the first examples that end with a result."""
    return [case for case in candidate.cases("examples") if "result" in case][:_CASES]


def texts(candidate: Candidate, case: Mapping[str, Any]) -> list[tuple[Path, str]]:
    """Return the places of a case's arguments that hold a text of the caller's own."""
    return edge_arguments.texts_of(schema_of(candidate), case["arguments"])


def schema_of(candidate: Candidate) -> dict[str, Any]:
    """Return the input schema."""
    return cast("dict[str, Any]", candidate.spec["input_schema"])


def fits(candidate: Candidate, given: Mapping[str, Any]) -> bool:
    """Return whether the schema allows a call."""
    return not json_schemas.value_problems(json_schemas.closed(schema_of(candidate)), dict(given))


async def ran(
    candidate: Candidate, given: Mapping[str, Any], canned: Mapping[str, Any] | None
) -> tuple[Execution, World] | None:
    """Run a call in a new world; None where the schema forbids the call, or the world cannot be."""
    if not fits(candidate, given):
        return None
    try:
        world = candidate.world({"arguments": given, "world": canned})
    except InvalidWorld:
        return None
    return await candidate.once(given, world, world.started_at_ns), world


async def result_in(candidate: Candidate, case: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    """Return the result of another call in a case's world; None where there is none, or the schema forbids the call."""
    made = await ran(candidate, given, case.get("world"))
    return None if made is None or fault_of(made[0]) is not None else result_of(made[0])


async def shown(candidate: Candidate, case: Mapping[str, Any], given: Mapping[str, Any]) -> str | None:
    """Return all that comes of a call, its result and its deeds, as text; None where it fails."""
    made = await ran(candidate, given, case.get("world"))
    if made is None or fault_of(made[0]) is not None:
        return None
    execution, world = made
    return canonical.text([result_of(execution), [identity(deed) for deed in world.deeds]])


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the innermost values of JSON data, each with its place."""
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[Any]", value)):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def asked(message: str, hint: str) -> Finding:
    """Return a question to the approver."""
    return Finding("consistency", "question", message, hint)
