"""Gates: what a version must pass. One small module each; the two tables below are the order they run in."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from sandbox import Component, Finding
from tenants import canonical
from tenants.gates import (
    budgets,
    contract,
    determinism,
    examples,
    holdouts,
    idempotency,
    least_privilege,
    readability,
    robustness,
    secrets,
    strength,
    wording,
)
from tenants.gates.candidates import Candidate
from tenants.gates.levels import LEVELS, RELAXABLE, STRICT, Levels
from tenants.gates.safety import IMPORTS, PRIVILEGE, SAFETY

__all__ = [
    "EVERY", "LEVELS", "PROVING", "READING", "RELAXABLE", "TRYING", "Candidate", "Gate", "Levels", "Report", "Verdicts",
    "check", "examine",
]  # fmt: skip

Tell = Callable[[dict[str, Any]], None]
_KEPT = 64


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


@dataclass
class Report:
    """What all gates found. `gates` has one entry for each that ran, in order."""

    gates: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    findings: list[Finding] = field(default_factory=list[Finding])

    @property
    def passed(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)

    def add(self, gate: str, findings: list[Finding], started: float) -> dict[str, Any]:
        """Enter what one gate found; return its entry."""
        entry = {
            "gate": gate,
            "passed": not any(finding.severity == "error" for finding in findings),
            "findings": [asdict(finding) for finding in findings],
            "wall_ms": round((time.monotonic() - started) * 1000, 1),
        }
        self.gates.append(entry)
        self.findings.extend(findings)
        return entry


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one source: the report, and the component if it could be built."""

    report: Report
    component: Component | None


@dataclass
class Verdicts:
    """The last verdicts of this process: what was proven while a model wrote it need not be proven again."""

    _kept: OrderedDict[str, Verdict] = field(default_factory=OrderedDict[str, Verdict])

    def find(self, key: str) -> Verdict | None:
        return self._kept.get(key)

    def keep(self, key: str, verdict: Verdict) -> None:
        self._kept[key] = verdict
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


async def examine(
    candidate: Candidate, tell: Tell, levels: Levels = STRICT, verdicts: Verdicts | None = None
) -> Report:
    """Put a source through everything: read it, build it, prove it, try it. It stops where going on makes no sense.

    `tell` hears of each gate as it ends. What is in `verdicts` is not done again. Sets `candidate.component`.
    """
    key = canonical.digest([candidate.spec, candidate.source, candidate.image.digest, asdict(levels)])
    known = verdicts.find(key) if verdicts is not None else None
    if known is not None:
        candidate.component = known.component
        for entry in known.report.gates:
            tell(entry)
        return known.report
    report = Report()
    await check(candidate, READING, report, tell, levels)
    if report.passed:
        await _build(candidate, report, tell)
    for gates in (PROVING, TRYING):
        if report.passed:
            await check(candidate, gates, report, tell, levels)
    if verdicts is not None:
        verdicts.keep(key, Verdict(report, candidate.component))
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
    tell(report.add("build", [] if isinstance(built, Component) else list(built.findings), started))
