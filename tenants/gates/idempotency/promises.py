"""Promises: a rehearsal changes nothing, and what a person was asked about is not done when they say no."""

import re
from collections.abc import Mapping
from typing import Any, cast

from sandbox import Finding
from sandbox.worlds import BadDay, Deed
from tenants.gates.idempotency.undone import taken_back
from tenants.gates.trial.candidates import Candidate, Trial
from tenants.gates.trial.effects import identity, is_mark, outward, told
from tenants.gates.trial.faults import Stagehand, days_for
from tenants.schemas import json_schemas

_GATE = "idempotency"
_REHEARSAL = re.compile(
    r"^(?:is_)?(?:dry_?run|preview(?:_only)?|simulate|rehears\w*|validate_only|what_if|no_op)$", re.IGNORECASE
)


async def rehearsed(candidate: Candidate, what: str, case: Mapping[str, Any]) -> Finding | None:
    properties = cast("Mapping[str, Mapping[str, Any]]", candidate.spec["input_schema"].get("properties", {}))
    field = next(
        (one for one, said in properties.items() if _REHEARSAL.match(one) and said.get("type") == "boolean"), None
    )
    if field is None or case["arguments"].get(field) is True:
        return None
    given = {**case["arguments"], field: True}
    if json_schemas.value_problems(json_schemas.closed(cast("dict[str, Any]", candidate.spec["input_schema"])), given):
        return None
    world = candidate.world(case)
    await candidate.once(given, world, world.started_at_ns)
    done = outward(world.deeds)
    if not done:
        return None
    message = f"{what}, called with {field}: it does something all the same: {told(done[0])}."
    return Finding(_GATE, "error", message, f"With {field}, work out what would be done, and do none of it.")


async def declined(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> Finding | None:
    """Deeds that follow a yes must not follow a no."""
    for day in days_for("obeyed"):
        if _was_agreed(usual, day):
            found = await _declined(candidate, what, case, usual, day)
            return found or await taken_back(candidate, what, case, usual, day)
    return None


async def _declined(
    candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial, day: BadDay
) -> Finding | None:
    before, after = _around_the_question(usual.world.deeds, day)
    world = candidate.world(case)
    host = Stagehand(world, day.trouble, day.hits)
    await candidate.once(case["arguments"], host, world.started_at_ns)
    only_after = {identity(deed) for deed in after} - {identity(deed) for deed in before}
    done = [deed for deed in outward(world.deeds) if identity(deed) in only_after and not is_mark(deed)]
    if not done:
        return None
    message = f"{what}, when the person who is asked says no: it does what it asked for: {told(done[0])}."
    hint = 'Look at the answer: go on only if asked["approved"] is true, and say in the result that it was declined.'
    return Finding(_GATE, "error", message, hint)


def _was_agreed(usual: Trial, day: BadDay) -> bool:
    """Whether people were asked and all of them agreed."""
    asked = zip(usual.calls, usual.replies, strict=True)
    answers: list[Any] = [reply.value for call, reply in asked if day.hits(call)]
    return bool(answers) and all(isinstance(one, dict) and one["approved"] is True for one in answers)


def _around_the_question(deeds: list[Deed], day: BadDay) -> tuple[list[Deed], list[Deed]]:
    """What was done before the first question to a person, and after it, where the person agreed."""
    at = next((index for index, deed in enumerate(deeds) if deed.capability == day.capability), len(deeds))
    return deeds[:at], outward(deeds[at:])
