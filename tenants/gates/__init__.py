"""Gates: what a version must pass. One small module each; the two tables below are the order they run in."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from sandbox import Finding
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
from tenants.gates.safety import IMPORTS, PRIVILEGE, SAFETY

__all__ = ["PROVING", "READING", "TRYING", "Candidate", "Gate", "Report", "check"]


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
    secrets,  # the last of all: it looks at what the runs before it have shown
)


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


async def check(
    candidate: Candidate, gates: tuple[Gate, ...], report: Report, tell: Callable[[dict[str, Any]], None]
) -> Report:
    """Put a candidate through `gates`, all of them, so that the author hears everything at once."""
    for gate in gates:
        started = time.monotonic()
        tell(report.add(gate.name, await gate.check(candidate), started))
    return report
