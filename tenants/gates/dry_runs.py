"""Dry runs: a draft, read, built and run in canned worlds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sandbox import Cancelled, Component, Finding, Returned
from sandbox.worlds import InvalidWorld, World
from tenants.base.errors import InvalidError
from tenants.gates import READING, Candidate
from tenants.gates.stated import recording
from tenants.gates.trial.candidates import Trial
from tenants.schemas import json_schemas


async def rehearse(candidate: Candidate, cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Read, build and run a draft: `{"findings", "runs"}`. `cases` are `{"arguments", "world"?}`.

    Raises InvalidError for a case that is not valid.
    """
    _demand_cases(cases)
    findings = [finding for gate in READING for finding in await gate.check(candidate)]
    if any(finding.severity == "error" for finding in findings):
        return _told(findings, [])
    built = await candidate.pool.fork(candidate.source, candidate.spec["name"])
    if not isinstance(built, Component):
        return _told([*findings, *built.findings], [])
    candidate.component = built
    trials = [await candidate.run(case) for case in cases]
    return _told(findings, [_trial(trial) for trial in trials])


async def call(candidate: Candidate, case: Mapping[str, Any], seed: bytes | None = None) -> dict[str, Any]:
    """Build a draft and call it once, whatever speaks against it: as `rehearse`, with one run or none."""
    _demand_cases([case])
    problems = json_schemas.value_problems(candidate.spec["input_schema"], case["arguments"])
    json_schemas.demand(problems, "The arguments do not fit the schema.")
    built = await candidate.pool.fork(candidate.source, candidate.spec["name"])
    if not isinstance(built, Component):
        return _told(list(built.findings), [])
    candidate.component = built
    return _told([], [_trial(await candidate.run(case, seed))])


def _demand_cases(cases: Sequence[Mapping[str, Any]]) -> None:
    problems: list[dict[str, str]] = []
    for index, case in enumerate(cases):
        if not isinstance(case.get("arguments"), dict):
            problems.append(json_schemas.problem(f"/cases/{index}/arguments", "This is an object."))
        try:
            World(case.get("world"))
        except InvalidWorld as error:
            problems.append(json_schemas.problem(f"/cases/{index}/world", str(error)))
    if problems:
        raise InvalidError("These cases cannot be run.", problems=problems)


def _told(findings: list[Finding], runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"findings": [asdict(finding) for finding in findings], "runs": runs}


def _trial(trial: Trial) -> dict[str, Any]:
    execution = trial.execution
    outcome = execution.outcome
    told: dict[str, Any] = {"outcome": outcome.kind}
    if isinstance(outcome, Returned):
        told["result"] = json.loads(outcome.result)
    elif not isinstance(outcome, Cancelled):
        told["error"] = asdict(outcome.fault)
    return told | {
        "log": execution.log,
        "effects": [deed._asdict() for deed in trial.world.deeds],
        "done": recording.block(trial.world),
        "missing": list(trial.missing),
        "progress": trial.world.progress_made,
        "fuel_used": execution.fuel_used,
        "memory_bytes_peak": execution.memory_bytes_peak,
        "host_calls": execution.host_calls,
        "wall_ms": round(execution.wall_ms, 1),
    }
