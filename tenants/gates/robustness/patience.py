"""Patience: what a tool does when the other side never relents. It gives up after a few tries, and says so."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sandbox import Exhausted, Finding
from sandbox.worlds import BadDay
from tenants.gates.trial import endless
from tenants.gates.trial.candidates import Candidate, Trial
from tenants.gates.trial.faults import days_for

_GATE = "robustness"


async def never_relents(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> list[Finding | None]:
    """Error where it tries for ever to be first, or asks for ever for the very same; question where it believes for
    ever that there is one page more."""
    hit = [day for day in days_for("given_up") if any(day.hits(call) for call in usual.calls)]
    return await asyncio.gather(
        *(_goes_on(candidate, what, case, day) for day in [*hit, *endless.repeated(usual)]),
    )


async def _goes_on(candidate: Candidate, what: str, case: Mapping[str, Any], day: BadDay) -> Finding | None:
    execution = await endless.endured(candidate, case, day)
    if not isinstance(execution.outcome, Exhausted):
        return None
    message = f"{what}, when {day.sentence}: it keeps trying until its {execution.outcome.fault.code} runs out."
    if day.severity == "question":
        hint = "If it should stop sooner, bound the pages, and raise a ToolError where there are more."
        return Finding(_GATE, day.severity, f"{message} Is that how it should end?", hint)
    return Finding(_GATE, day.severity, message, "Give up after a few tries, and say so: raise a ToolError.")
