"""Hold-outs: examples whose answers the author never sees, so findings never show them either."""

from collections.abc import Mapping
from typing import Any

from sandbox import Finding
from tenants.gates.stated.steps import Step, every_step
from tenants.gates.trial.candidates import Candidate, Trial
from tenants.gates.trial.comparing import difference, fault_of, result_of

name = "holdouts"


async def check(candidate: Candidate) -> list[Finding]:
    said = [
        (step.title("Hold-out", index, case), _wrong(step)) for index, case, step in await every_step(candidate, name)
    ]
    hint = "What is expected is not shown; think of the cases that the description implies."
    return [Finding(name, "error", f"{what}: {wrong}", hint) for what, wrong in said if wrong]


def _wrong(step: Step) -> str | None:
    answer = _wrong_answer(step.call, step.trial)
    if answer is not None:
        return answer
    if step.impossible is not None:
        return "what happens before it cannot be, as the tool has left its world."
    parts = dict.fromkeys(one.part for one in step.otherwise)
    return f"what it did is not what is expected, in {', '.join(parts)}." if parts else None


def _wrong_answer(case: Mapping[str, Any], trial: Trial) -> str | None:
    fault = fault_of(trial.execution)
    if "error" in case:
        wanted: object = case["error"] if isinstance(case["error"], str) else case["error"]["code"]
        return None if fault is not None and fault.code == wanted else "another error was expected."
    if fault is not None:
        return f"a result was expected, but the run {trial.execution.outcome.kind} with {fault.code}."
    found = difference(case["result"], result_of(trial.execution))
    return f"the result is not the expected one, at {found.path or 'the root'}." if found else None
