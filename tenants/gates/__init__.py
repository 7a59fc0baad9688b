"""Gates: what a version must pass. One small module each, by the name that it is listed under.

They read and match what strangers wrote, and play the worlds that strangers wrote: only confined processes import this
package (tenants/confined/jobs.py). Its way in from outside is tenants/confinement/judging.py.
"""

import asyncio
import importlib
import time
from pathlib import Path
from typing import Protocol, cast

from sandbox import Component, Finding
from tenants.confinement.reports import BUILD, Report, Tell
from tenants.gates.safety import BY_NAME
from tenants.gates.trial.candidates import Candidate
from tenants.rules import gates as listed
from tenants.rules.levels import STRICT, Levels

__all__ = [
    "EVERY", "PROVING", "READING", "TRYING", "Candidate", "Gate", "Levels", "Report", "check", "examine",
]  # fmt: skip


class Gate(Protocol):
    """One check. An error among its findings keeps the version from being published."""

    @property
    def name(self) -> str: ...
    async def check(self, candidate: Candidate) -> list[Finding]: ...


def _found(name: str) -> Gate:
    """The gate of this name: what the rules say of a source, a module here, or one in a folder of its own."""
    place = f"{__name__}.{name}"
    module = place if (Path(__file__).parent / f"{name}.py").exists() else f"{place}.{name}"
    return cast("Gate", BY_NAME.get(name) or importlib.import_module(module))


# Listed with what each asks in tenants/rules/gates.py, which the server may read too.
READING, PROVING, TRYING = (
    tuple(_found(name) for name in names) for names in (listed.READING, listed.PROVING, listed.TRYING)
)
EVERY = (*READING, *PROVING, *TRYING)
# Not beside the others but after them: they look at what the others' runs have shown.
_LOOKS_BACK = {"secrets", "invariants"}
# A hundred runs of one candidate go at once, beside those of others: a sound tool of a minute is not to fail for it.
_PATIENCE = 4


async def examine(candidate: Candidate, tell: Tell, levels: Levels = STRICT) -> Report:
    """Put a source through everything: read it, build it, prove it, try it. It stops where going on makes no sense.

    `tell` hears of each gate as it ends. Sets `candidate.component`.
    """
    report = Report()
    candidate.patience = _PATIENCE
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
