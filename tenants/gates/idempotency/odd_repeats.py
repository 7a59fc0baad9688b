"""Odd repeats: what holds for the examples holds for calls that none shows: made again, nothing new is done."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sandbox import Finding
from sandbox.worlds import Deed
from tenants.gates.trial import odd_calls
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.effects import identity, is_mark, of_another_tool, told
from tenants.gates.trial.odd_calls import OddCall

_GATE = "idempotency"
_CALLS = 40


async def new_on_repeat(candidate: Candidate, effects_of: Any) -> list[Finding]:
    """Return what an odd call does once more. `effects_of(candidate, case, rewound=)` gives a second call's effects."""
    calls = [one for one in await odd_calls.made(candidate) if one.returned and one.world.deeds][:_CALLS]
    found = await asyncio.gather(*(_repeated(candidate, one, effects_of) for one in calls))
    return [finding for finding in found if finding is not None][:1]


async def _repeated(candidate: Candidate, one: OddCall, effects_of: Any) -> Finding | None:
    case: Mapping[str, Any] = {"arguments": one.arguments, "world": one.base.get("world")}
    done = {identity(deed) for deed in one.world.deeds}
    again: list[Deed] = []
    for rewound in (False, True):
        new: list[Deed] = await effects_of(candidate, case, rewound=rewound)
        # What it does of the rest, another file of many, is none that it has done.
        again = [deed for deed in new if identity(deed) in done and not is_mark(deed) and not of_another_tool(deed)]
        if not again:
            return None
    message = f"Called twice with {brief(one.arguments, 300)}: the second call does it again: {told(again[0])}."
    hint = "Look a thing up by what it is kept under: the same trimming, the same capitals, the same form."
    return Finding(_GATE, "error", message, hint)
