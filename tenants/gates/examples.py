"""Examples: each is run in its own world, and must give exactly what it says, and do what it says, call by call."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox import Finding
from tenants.gates.stated.differences import Otherwise, differences
from tenants.gates.stated.steps import Step, every_step
from tenants.gates.trial.candidates import Candidate, Trial, brief, lacking, tail
from tenants.gates.trial.comparing import MISSING, Difference, difference, fault_of, result_of
from tenants.schemas import json_schemas

name = "examples"
_SAID_MOST = 4  # of one example
_MOMENT = re.compile(r"\b20\d\d-\d\d-\d\d|\b\d\d:\d\d|\b1[6-9]\d{8}")


async def check(candidate: Candidate) -> list[Finding]:
    return [
        _finding(step.title("Example", index, case), said, case, step)
        for index, case, step in await every_step(candidate, name)
        for said in wrong_step(step, candidate.spec)[:_SAID_MOST]
    ]


def wrong_step(step: Step, spec: Mapping[str, Any]) -> list[str]:
    """Say what of one call of a case is not so."""
    said = wrong(step.call, step.trial, spec, step.otherwise)
    return said if step.impossible is None else [f"what happens before it cannot be: {step.impossible}", *said]


def wrong(
    call: Mapping[str, Any], trial: Trial, spec: Mapping[str, Any], otherwise: Sequence[Otherwise] | None = None
) -> list[str]:
    """Say what of a call is not so: its result or error, and what its case states of effects.

    `otherwise`: what it did that the case does not say, where its world has gone on since.
    """
    answer = wrong_answer(call, trial, spec)
    unlike = differences(call, trial.world) if otherwise is None else otherwise
    done = [f"what it did is not what the case states: {one.sentence}" for one in unlike]
    return done if answer is None else [answer, *done]


def wrong_answer(call: Mapping[str, Any], trial: Trial, spec: Mapping[str, Any]) -> str | None:
    """Say what of a call's result or error is not so."""
    if "error" in call:
        return _wrong_error(call["error"], trial)
    return _wrong_result(call["result"], trial, spec["output_schema"])


def _finding(what: str, said: str, case: Mapping[str, Any], step: Step) -> Finding:
    hint = [
        f"It was called with {brief(step.call['arguments'], 500)}.",
        lacking(step.trial),
        *undated(case, said),
        tail(step.trial.execution),
    ]
    return Finding(name, "error", f"{what}: {said}", " ".join(part for part in hint if part))


def _wrong_result(expected: object, trial: Trial, schema: dict[str, Any] | None) -> str | None:
    fault = fault_of(trial.execution)
    if fault is not None:
        return f"expected a result, but the run {said_of(trial)}: {fault.message}"
    got = result_of(trial.execution)
    found = difference(expected, got)
    if found is not None:
        return told(found)
    unfit = json_schemas.value_problems(schema, got) if schema is not None else []
    return f"the result does not fit output_schema at {unfit[0]['path'] or '/'}" if unfit else None


def _wrong_error(expected: object, trial: Trial) -> str | None:
    wanted: Mapping[str, Any] = expected if isinstance(expected, Mapping) else {"code": expected}  # pyright: ignore[reportUnknownVariableType]
    fault = fault_of(trial.execution)
    if fault is None:
        return f"expected the error {wanted['code']}, got the result {brief(result_of(trial.execution))}."
    if fault.code != wanted["code"]:
        return f"expected the error {wanted['code']}, got {fault.code}: {fault.message}"
    if "message" in wanted and fault.message != wanted["message"]:
        return f"the error's message is {brief(fault.message)}, expected {brief(wanted['message'])}."
    return None


def undated(case: Mapping[str, Any], said: str) -> list[str]:
    """What to say where a result holds a time, and nothing says which."""
    if "now" in (case.get("world") or {}) or not _MOMENT.search(said):
        return []
    return [
        "A world without `now` begins at any moment of the last week: give it a `now` if the result tells the time."
    ]


def said_of(trial: Trial) -> str:
    """Return how a run that gave no result ended, to go into a sentence."""
    return {
        "failed": "failed",
        "refused": "was refused",
        "exhausted": "ran out of a limit",
        "trapped": "crashed",
        "cancelled": "was cancelled",
    }[trial.execution.outcome.kind]


def told(found: Difference) -> str:
    """Return a difference as a sentence."""
    where = f"at {found.path}" if found.path else "at the root"
    return f"the result differs {where}: expected {_shown(found.expected)}, got {_shown(found.got)}."


def _shown(value: object) -> str:
    return "nothing there" if value is MISSING else brief(value)
