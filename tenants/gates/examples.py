"""Examples: each is run in its own world, and must give exactly what it says, and do what it says."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from sandbox import Finding
from tenants.gates.stated.differences import differences
from tenants.gates.trial.candidates import Candidate, Trial, brief, lacking, tail, title
from tenants.gates.trial.comparing import MISSING, Difference, difference, fault_of, result_of
from tenants.schemas import json_schemas

name = "examples"
_SAID_MOST = 4  # of one example
_MOMENT = re.compile(r"\b20\d\d-\d\d-\d\d|\b\d\d:\d\d|\b1[6-9]\d{8}")


async def check(candidate: Candidate) -> list[Finding]:
    cases = candidate.cases(name)
    trials = await asyncio.gather(*(candidate.trial(name, index) for index in range(len(cases))))
    return [
        finding
        for index, (case, trial) in enumerate(zip(cases, trials, strict=True))
        for said in wrong(case, trial, candidate.spec)[:_SAID_MOST]
        for finding in [_finding(title("Example", index, case), said, case, trial)]
    ]


def wrong(case: Mapping[str, Any], trial: Trial, spec: Mapping[str, Any]) -> list[str]:
    """Say what of a case is not so: its result or error, and what it states of effects."""
    if "error" in case:
        said = _wrong_error(case["error"], trial)
    else:
        said = _wrong_result(case["result"], trial, spec["output_schema"])
    done = [f"what it did is not what the case states: {one.sentence}" for one in differences(case, trial.world)]
    return done if said is None else [said, *done]


def _finding(what: str, said: str, case: Mapping[str, Any], trial: Trial) -> Finding:
    hint = [
        f"It was called with {brief(case['arguments'], 500)}.",
        lacking(trial),
        *undated(case, said),
        tail(trial.execution),
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
