"""Odd calls: what a schema allows and no example shows, each made once for all gates that look at them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sandbox import Execution, Returned
from sandbox.worlds import World
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate
from tenants.rules.gates import ODD_CALLS

_BASES = 4


@dataclass(frozen=True, slots=True)
class OddCall:
    """A call like that of `base`, in its world, with one thing changed. `world` has been run in."""

    base: Mapping[str, Any]
    arguments: Mapping[str, Any]
    execution: Execution
    world: World

    @property
    def returned(self) -> bool:
        return isinstance(self.execution.outcome, Returned)


async def made(candidate: Candidate) -> list[OddCall]:
    """Return a candidate's odd calls: made when first asked for."""
    return await candidate.made_once("odd calls", lambda: _make(candidate))


def listed(candidate: Candidate) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Return the examples and the arguments of a candidate's odd calls, none of which is made."""
    bases = [case for case in candidate.cases("examples") if "result" in case][:_BASES]
    if not bases:
        return []
    schema = cast("dict[str, Any]", candidate.spec["input_schema"])
    found = edge_arguments.changed(schema, [case["arguments"] for case in bases], ODD_CALLS)
    return [(bases[one.base], one.arguments) for one in found]


async def _make(candidate: Candidate) -> list[OddCall]:
    return await asyncio.gather(*(_call(candidate, base, given) for base, given in listed(candidate)))


async def _call(candidate: Candidate, base: Mapping[str, Any], given: Mapping[str, Any]) -> OddCall:
    world = candidate.world({"arguments": given, "world": base.get("world")})
    return OddCall(base, given, await candidate.once(given, world, world.started_at_ns), world)
