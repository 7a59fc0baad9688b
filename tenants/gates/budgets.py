"""Budgets: a tool stays well within its limits, in its examples and when a list grows as long as the schema allows."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from sandbox import Execution, Exhausted, Finding, Returned, World
from tenants import contracts
from tenants.gates.candidates import Candidate, title

name = "budgets"
_TIGHT, _OVER = 0.5, 0.8
_GROWN = (8, 64)
_ALWAYS = 50_000_000  # fuel that starting and parsing takes whatever the list is


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
    if shares[tightest] < _TIGHT:
        return None
    return Finding(
        name,
        "error" if shares[tightest] > _OVER else "warning",
        f"{what} uses {shares[tightest]:.0%} of its {tightest}; a little more input and it fails.",
        "Do less, in fewer calls; or ask for a higher limit in the spec.",
    )


async def _growth(candidate: Candidate, case: Mapping[str, Any]) -> Finding | None:
    """Let the longest list of a call grow, and reckon what its longest would take."""
    field, longest = _list_of(candidate, case)
    if field is None:
        return None
    sizes = [size for size in _GROWN if size <= longest]
    runs = await asyncio.gather(*(_grown(candidate, case, field, size) for size in sizes))
    used = {size: run for size, run in zip(sizes, runs, strict=True) if run is not None}
    if len(used) < len(_GROWN):
        return None
    small, large = (used[size] for size in _GROWN)
    if isinstance(large.outcome, Exhausted):
        return _too_long(field, _GROWN[1], large.outcome.fault.code)
    if not isinstance(small.outcome, Returned) or not isinstance(large.outcome, Returned):
        return None
    if large.fuel_used > _ALWAYS and large.fuel_used > 24 * max(small.fuel_used, 1):
        return Finding(
            name,
            "error",
            f"Eight times as many {field} take {large.fuel_used / small.fuel_used:.0f} times the fuel.",
            "Look things up in a dict or a set instead of searching a list for each item.",
        )
    return _at_longest(candidate, field, longest, small, large)


def _at_longest(candidate: Candidate, field: str, longest: int, small: Execution, large: Execution) -> Finding | None:
    few, many = _GROWN
    for what in ("host_calls", "fuel"):
        one, other = (
            (small.host_calls, large.host_calls) if what == "host_calls" else (small.fuel_used, large.fuel_used)
        )
        expected = other + (other - one) / (many - few) * (longest - many)
        if expected > getattr(candidate.limits, what):
            return Finding(
                name,
                "error",
                f"With {longest:,} {field}, which input_schema allows, it would take about {expected:,.0f} {what}; "
                f"the limit is {getattr(candidate.limits, what):,}.",
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
        field: int(properties.get(field, {}).get("maxItems", _GROWN[-1]))
        for field, value in case["arguments"].items()
        if isinstance(value, list) and value
    }
    field = max(lists, key=lists.__getitem__, default=None)
    return field, lists[field] if field else 0


async def _grown(candidate: Candidate, case: Mapping[str, Any], field: str, size: int) -> Execution | None:
    schema = contracts.closed(cast("dict[str, Any]", candidate.spec["input_schema"]))
    items = case["arguments"][field]
    longer = {**case["arguments"], field: [_varied(items[at % len(items)], at) for at in range(size)]}
    if contracts.value_problems(schema, longer):
        longer = {**longer, field: [items[at % len(items)] for at in range(size)]}
        if contracts.value_problems(schema, longer):
            return None
    world = World(case.get("world"))
    return await candidate.once(longer, world, world.started_at_ns)


def _varied(value: Any, number: int) -> Any:
    """Another value of the same make, so that a tool that removes repeats has something left."""
    if isinstance(value, str):
        return f"{value[:1]}{number}{value[1:]}" if value else value
    if isinstance(value, dict):
        return {key: _varied(inner, number) for key, inner in cast("dict[str, Any]", value).items()}
    return value
