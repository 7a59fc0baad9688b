"""Rounding: `quantize` that does not say how takes halves to the even neighbour, which few specs want."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox import Call, Component, Execution, Finding
from tenants.base import canonical
from tenants.gates.consistency import half_up
from tenants.gates.trial import odd_calls
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.comparing import Difference, difference, fault_of, result_of
from tenants.gates.trial.trying import asked

_HALF_UP = re.compile(r"half(?:[- ]cents?)? (?:is |are )?(?:rounded )?up|half[- ]up|away from zero", re.IGNORECASE)
_HALF_EVEN = re.compile(r"half[- ](?:to )?even|banker|to (?:the )?even", re.IGNORECASE)


async def unnamed(candidate: Candidate) -> Finding | None:
    """Ask about a call whose answer hangs on how halves are rounded, where the source does not say it.

    Where the description says `half up`, that call is an error.
    """
    said = str(candidate.spec["description"])
    source, line = await half_up.written(await candidate.tree(), candidate.grammar.write)
    if line is None or _HALF_EVEN.search(said):
        return None
    built = await candidate.pool.fork(source, candidate.spec["name"])
    if not isinstance(built, Component):
        return None
    for one in await odd_calls.made(candidate):
        if not one.returned:
            continue
        found = await _differs(candidate, built, one.arguments, one.base, one.execution)
        if found is not None:
            return _found(one.arguments, found, line, is_said=_HALF_UP.search(said) is not None)
    return None


def _found(given: Mapping[str, Any], found: Difference, line: int, *, is_said: bool) -> Finding:
    message = (
        f"Called with {brief(given, 300)}, {found.path} is {brief(found.expected, 60)}; rounded half up it is "
        f"{brief(found.got, 60)}. Rounded without saying how, halves go to the even neighbour."
    )
    hint = "Say how it is rounded: quantize(CENT, rounding=ROUND_HALF_UP). An example with a half settles it."
    if is_said:
        return Finding("consistency", "error", f"{message} The description says half up.", hint, line)
    finding = asked(f"{message} Which one is meant?", hint)
    return Finding(finding.gate, finding.severity, finding.message, finding.hint, line)


async def _differs(
    candidate: Candidate, built: Component, given: Mapping[str, Any], base: Mapping[str, Any], usual: Execution
) -> Difference | None:
    world = candidate.world({"arguments": given, "world": base.get("world")})
    world.begin(world.started_at_ns)
    call = Call(canonical.plain(given), world.seed, world.started_at_ns)
    other = await candidate.pool.run(built, call, grant=candidate.grant, limits=candidate.limits, host=world)
    return None if fault_of(other) is not None else difference(result_of(usual), result_of(other))
