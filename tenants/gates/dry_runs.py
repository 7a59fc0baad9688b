"""Dry runs: a draft, read, built and run in canned worlds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sandbox import Cancelled, Component, Finding, Returned
from tenants.base.errors import InvalidError
from tenants.gates import READING, Candidate
from tenants.gates.examples import wrong_step
from tenants.gates.stated import cases, recording
from tenants.gates.stated.steps import Step, run_steps
from tenants.gates.trial.candidates import title
from tenants.schemas import json_schemas

# A case, and what it is called.
Named = tuple[str, Mapping[str, Any]]


async def rehearse(candidate: Candidate, given: Sequence[Named]) -> dict[str, Any]:
    """Read, build and run a draft: `{"findings", "runs"}`, with a run for each call of each case.

    A case may say less than one of a spec: what it expects is compared where it does. Raises InvalidError for one that
    is not valid.
    """
    _demand_cases([case for _, case in given])
    findings = [finding for gate in READING for finding in await gate.check(candidate)]
    if any(finding.severity == "error" for finding in findings):
        return _told(findings, [])
    built = await candidate.pool.fork(candidate.source, candidate.spec["name"])
    if not isinstance(built, Component):
        return _told([*findings, *built.findings], [])
    candidate.component = built
    runs = [
        {"case": step.named(name), **_run(step), "otherwise": _otherwise(step, candidate.spec)}
        for name, case in given
        for step in await run_steps(candidate, case)
    ]
    return _told(findings, runs)


def named(noun: str, several: Sequence[Mapping[str, Any]]) -> list[Named]:
    """Cases with what each is called."""
    return [(title(noun, index, case), case) for index, case in enumerate(several)]


def _otherwise(step: Step, spec: Mapping[str, Any]) -> list[str]:
    """What of a call is not as its case says; of one that says nothing of its answer, the rest."""
    if {"result", "error"} & step.call.keys():
        return wrong_step(step, spec)
    return [one.sentence for one in step.otherwise]


async def call(candidate: Candidate, case: Mapping[str, Any], seed: bytes | None = None) -> dict[str, Any]:
    """Build a draft and call it once, whatever speaks against it: as `rehearse`, with one run or none."""
    _demand_cases([case])
    problems = json_schemas.value_problems(candidate.spec["input_schema"], case["arguments"])
    json_schemas.demand(problems, "The arguments do not fit the schema.")
    built = await candidate.pool.fork(candidate.source, candidate.spec["name"])
    if not isinstance(built, Component):
        return _told(list(built.findings), [])
    candidate.component = built
    return _told([], [_run(step) for step in await run_steps(candidate, case, seed)])


def _demand_cases(given: Sequence[Mapping[str, Any]]) -> None:
    problems = [one for index, case in enumerate(given) for one in cases.problems(case, f"/cases/{index}")]
    if problems:
        raise InvalidError("These cases cannot be run.", problems=problems)


def _told(findings: list[Finding], runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"findings": [asdict(finding) for finding in findings], "runs": runs}


def _run(step: Step) -> dict[str, Any]:
    execution = step.trial.execution
    outcome = execution.outcome
    told: dict[str, Any] = {"outcome": outcome.kind}
    if isinstance(outcome, Returned):
        told["result"] = json.loads(outcome.result)
    elif not isinstance(outcome, Cancelled):
        told["error"] = asdict(outcome.fault)
    return told | {
        "log": execution.log,
        "effects": [deed._asdict() for deed in step.deeds],
        "done": recording.block_of(step.done),
        "missing": list(step.trial.missing),
        "progress": step.trial.world.progress_made,
        "fuel_used": execution.fuel_used,
        "meter": execution.meter,
        "memory_bytes_peak": execution.memory_bytes_peak,
        "host_calls": execution.host_calls,
        "wall_ms": round(execution.wall_ms, 1),
    }
