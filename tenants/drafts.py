"""Dry runs: a draft, built and run in a canned world, before anything is submitted. Nothing is kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sandbox import Cancelled, Component, Finding, Image, InvalidWorld, Pool, Returned, World
from tenants import contracts, rubric
from tenants.access import Actor, Permission
from tenants.errors import InvalidError
from tenants.gates import READING, Candidate
from tenants.gates.candidates import Trial
from tenants.runtime import Runtime


async def dry_run(
    runtime: Runtime, actor: Actor, spec: Mapping[str, Any], source: str, cases: list[Mapping[str, Any]]
) -> dict[str, Any]:
    """Read, build and run a draft; return its findings and what each case did.

    `cases` are `{"arguments", "world"?}`; with none, the spec's own examples run. The real world is never touched.
    Raises InvalidError for a spec or a case that is not valid.
    """
    actor.require(Permission.TOOLS_AUTHOR)
    contracts.demand(rubric.problems(spec), "The spec is not valid.")
    full = rubric.complete(spec)
    chosen = cases or full["examples"]
    _demand_cases(chosen)
    async with runtime.demanding(actor.tenant_id):
        return await _tried(runtime.pool.of(actor.tenant_id), runtime.image, full, source, chosen)


async def _tried(
    pool: Pool, image: Image, full: Mapping[str, Any], source: str, chosen: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    candidate = Candidate(full, source, pool, image)
    findings = [finding for gate in READING for finding in await gate.check(candidate)]
    if any(finding.severity == "error" for finding in findings):
        return _told(findings, [])
    built = await pool.fork(source, full["name"])
    if not isinstance(built, Component):
        return _told([*findings, *built.findings], [])
    candidate.component = built
    trials = [await candidate.run(case) for case in chosen]
    return _told(findings, [_trial(trial) for trial in trials])


def _demand_cases(cases: list[Mapping[str, Any]]) -> None:
    problems: list[dict[str, str]] = []
    for index, case in enumerate(cases):
        if not isinstance(case.get("arguments"), dict):
            problems.append(contracts.problem(f"/cases/{index}/arguments", "This is an object."))
        try:
            World(case.get("world"))
        except InvalidWorld as error:
            problems.append(contracts.problem(f"/cases/{index}/world", str(error)))
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
        "progress": trial.world.progress_made,
        "fuel_used": execution.fuel_used,
        "memory_bytes_peak": execution.memory_bytes_peak,
        "host_calls": execution.host_calls,
        "wall_ms": round(execution.wall_ms, 1),
    }
