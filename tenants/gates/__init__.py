"""Gates: what a version must pass. One small module each; the tables below are the order they run in.

They read and match what strangers wrote, and play the worlds that strangers wrote: only confined processes import this
package (tenants/confined/jobs.py). Its way in from outside is tenants/confinement/judging.py.
"""

import asyncio
import time
from typing import Protocol

from sandbox import Component, Finding
from tenants.confinement.reports import BUILD, Report, Tell
from tenants.gates import budgets, contract, examples, holdouts, least_privilege, readability, secrets, wording
from tenants.gates.determinism import determinism
from tenants.gates.idempotency import idempotency
from tenants.gates.robustness import robustness
from tenants.gates.safety import IMPORTS, PRIVILEGE, SAFETY
from tenants.gates.strength import strength
from tenants.gates.trial.candidates import Candidate
from tenants.rules.levels import STRICT, Levels

__all__ = [
    "EVERY", "PROVING", "READING", "TRYING", "Candidate", "Gate", "Levels", "Report", "check", "examine",
]  # fmt: skip


class Gate(Protocol):
    """One check. An error among its findings keeps the version from being published."""

    @property
    def name(self) -> str: ...
    async def check(self, candidate: Candidate) -> list[Finding]: ...


# Before the build: they read the source and the spec.
READING: tuple[Gate, ...] = (contract, IMPORTS, SAFETY, PRIVILEGE, wording)
# After it: they run the very component that would be published, in the world of the spec.
PROVING: tuple[Gate, ...] = (examples, holdouts, determinism, least_privilege, readability)
# Last, and only of what does its job: what happens on odd calls, bad days, again, and in large.
TRYING: tuple[Gate, ...] = (
    idempotency,
    robustness,
    budgets,
    strength,
    secrets,
)
EVERY = (*READING, *PROVING, *TRYING)
# Not beside the others but after them: it looks at what their runs have shown.
_LOOKS_BACK = {secrets.name}


async def examine(candidate: Candidate, tell: Tell, levels: Levels = STRICT) -> Report:
    """Put a source through everything: read it, build it, prove it, try it. It stops where going on makes no sense.

    `tell` hears of each gate as it ends. Sets `candidate.component`.
    """
    report = Report()
    await check(candidate, READING, report, tell, levels)
    if report.passed:
        await _build(candidate, report, tell)
    for gates in (PROVING, TRYING):
        if report.passed:
            await check(candidate, gates, report, tell, levels)
    return report


async def check(
    candidate: Candidate, gates: tuple[Gate, ...], report: Report, tell: Tell, levels: Levels = STRICT
) -> Report:
    """Put a candidate through `gates`, all of them, so that the author hears everything at once.

    They run side by side, and are told of in their order.
    """
    chosen = [gate for gate in gates if levels.runs(gate.name)]
    async with asyncio.TaskGroup() as group:
        beside = [gate for gate in chosen if gate.name not in _LOOKS_BACK]
        checks = [(gate, group.create_task(_timed(gate, candidate))) for gate in beside]
        for gate, task in checks:
            found, seconds = await task
            tell(report.add(gate.name, levels.judged(gate.name, found), time.monotonic() - seconds))
    for gate in chosen:
        if gate.name in _LOOKS_BACK:
            found, seconds = await _timed(gate, candidate)
            tell(report.add(gate.name, levels.judged(gate.name, found), time.monotonic() - seconds))
    return report


async def _timed(gate: Gate, candidate: Candidate) -> tuple[list[Finding], float]:
    started = time.monotonic()
    return await gate.check(candidate), time.monotonic() - started


async def _build(candidate: Candidate, report: Report, tell: Tell) -> None:
    started = time.monotonic()
    built = await candidate.pool.fork(candidate.source, candidate.spec["name"])
    if isinstance(built, Component):
        candidate.component = built
    tell(report.add(BUILD, [] if isinstance(built, Component) else list(built.findings), started))
