"""Budgets: a tool stays well within its limits, in its examples and when a list grows as long as the schema allows."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sandbox import Execution, Exhausted, Finding, Returned
from tenants.gates.trial.candidates import Candidate, title
from tenants.rules.gates import OVER, TIGHT
from tenants.schemas import json_schemas

name = "budgets"
_SIZES = (8, 64, 256)
_MATTERS = 20_000_000  # fuel; below it a bend is of no consequence
_BEND = 2.5


async def check(candidate: Candidate) -> list[Finding]:
    cases = list(enumerate(candidate.cases("examples")))
    trials = [await candidate.trial("examples", index) for index, _ in cases]
    found = [
        _headroom(candidate, title("Example", index, case), trial.execution)
        for (index, case), trial in zip(cases, trials, strict=True)
    ]
    grown = [
        await _growth(candidate, case)
        for (_, case), trial in list(zip(cases, trials, strict=True))[:3]
        if isinstance(trial.execution.outcome, Returned)
    ]
    return [finding for finding in [*found, *grown] if finding is not None][:3]


def _headroom(candidate: Candidate, what: str, execution: Execution) -> Finding | None:
    if isinstance(execution.outcome, Exhausted):
        hint = "Do less, in fewer calls; or ask for a higher limit in the spec, and say why."
        return Finding(name, "error", f"{what} runs out of {execution.outcome.fault.code}.", hint)
    limits = candidate.limits
    shares = {
        "fuel": execution.fuel_used / limits.fuel,
        "memory_bytes": execution.memory_bytes_peak / limits.memory_bytes,
        "host_calls": execution.host_calls / limits.host_calls,
    }
    tightest = max(shares, key=shares.__getitem__)
    if shares[tightest] < TIGHT:
        return None
    return Finding(
        name,
        "error" if shares[tightest] > OVER else "warning",
        f"{what} uses {shares[tightest]:.0%} of its {tightest}; a little more input and it fails.",
        "Do less, in fewer calls; or ask for a higher limit in the spec.",
    )


async def _growth(candidate: Candidate, case: Mapping[str, Any]) -> Finding | None:
    """Let the longest list of a call grow, and reckon what its longest would take."""
    field, longest = _list_of(candidate, case)
    if field is None or longest < _SIZES[-1]:
        return None
    runs = await asyncio.gather(*(_grown(candidate, case, field, size) for size in _SIZES))
    for size, run in zip(_SIZES, runs, strict=True):
        if run is not None and isinstance(run.outcome, Exhausted):
            return _too_long(field, size, run.outcome.fault.code)
    returned = [run for run in runs if run is not None and isinstance(run.outcome, Returned)]
    if len(returned) < len(_SIZES):
        return None
    fuel = _Curve(*(run.fuel_used for run in returned))
    if fuel.bends:
        return Finding(
            name,
            "error",
            f"The work for one of the {field} grows with their number: {_SIZES[-1]} take {fuel.last:,} fuel, "
            f"{_SIZES[1]} took {fuel.middle:,}.",
            "Look things up in a dict or a set, and build results once, instead of going over a list for each item.",
        )
    calls = _Curve(*(run.host_calls for run in returned))
    return _at_longest(candidate, field, longest, {"host_calls": calls, "fuel": fuel})


@dataclass(frozen=True, slots=True)
class _Curve:
    """What lists of the three sizes took."""

    first: int
    middle: int
    last: int

    @property
    def slope(self) -> float:
        return (self.last - self.middle) / (_SIZES[2] - _SIZES[1])

    @property
    def bends(self) -> bool:
        """Whether each further item costs much more than the ones before it, and enough to matter."""
        before = (self.middle - self.first) / (_SIZES[1] - _SIZES[0])
        return self.last - self.middle > _MATTERS and self.slope > _BEND * max(before, 1.0)

    def at(self, size: int) -> float:
        return self.last + self.slope * (size - _SIZES[2])


def _at_longest(candidate: Candidate, field: str, longest: int, curves: Mapping[str, _Curve]) -> Finding | None:
    for what, curve in curves.items():
        limit = getattr(candidate.limits, what)
        if curve.at(longest) > limit:
            return Finding(
                name,
                "error",
                f"With {longest:,} {field}, which input_schema allows, it would take about {curve.at(longest):,.0f} "
                f"{what}; the limit is {limit:,}.",
                "Use batch calls (send_many, lists of keys), or lower maxItems, or ask for a higher limit.",
            )
    return None


def _too_long(field: str, size: int, limit: str) -> Finding:
    hint = "Use batch calls and look things up in a dict; or lower maxItems."
    return Finding(name, "error", f"With {size} {field}, which input_schema allows, it runs out of {limit}.", hint)


def _list_of(candidate: Candidate, case: Mapping[str, Any]) -> tuple[str | None, int]:
    """The list argument that may grow longest, and how long."""
    properties = cast("Mapping[str, Any]", candidate.spec["input_schema"].get("properties", {}))
    lists = {
        field: int(properties.get(field, {}).get("maxItems", _SIZES[-1]))
        for field, value in case["arguments"].items()
        if isinstance(value, list) and value
    }
    field = max(lists, key=lists.__getitem__, default=None)
    return field, lists[field] if field else 0


async def _grown(candidate: Candidate, case: Mapping[str, Any], field: str, size: int) -> Execution | None:
    schema = json_schemas.closed(cast("dict[str, Any]", candidate.spec["input_schema"]))
    items = case["arguments"][field]
    longer = {**case["arguments"], field: [_varied(items[at % len(items)], at) for at in range(size)]}
    if json_schemas.value_problems(schema, longer):
        longer = {**longer, field: [items[at % len(items)] for at in range(size)]}
        if json_schemas.value_problems(schema, longer):
            return None
    world = candidate.world(case)
    return await candidate.once(longer, world, world.started_at_ns)


def _varied(value: Any, number: int) -> Any:
    """Another value of the same make, so that a tool that removes repeats has something left."""
    if isinstance(value, str):
        return f"{value[:1]}{number}{value[1:]}" if value else value
    if isinstance(value, dict):
        return {key: _varied(inner, number) for key, inner in cast("dict[str, Any]", value).items()}
    return value
