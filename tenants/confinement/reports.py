"""What the gates say of a version, and the order they say it in. It only holds what confined processes found."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox import Component, Finding, Lru
from tenants.rules.gates import PROVING, READING, TRYING
from tenants.rules.levels import Levels

Tell = Callable[[dict[str, Any]], None]
BUILD = "build"
_KEPT = 64


def expected(levels: Levels) -> list[str]:
    """Return the gates that a version has gone through when it has passed, in order."""
    proven = [name for name in (*PROVING, *TRYING) if levels.runs(name)]
    return [*(name for name in READING if levels.runs(name)), BUILD, *proven]


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

    _kept: Lru[str, Verdict] = field(default_factory=lambda: Lru[str, Verdict](_KEPT))

    def find(self, key: str) -> Verdict | None:
        return self._kept.get(key)

    def keep(self, key: str, verdict: Verdict) -> None:
        self._kept.put(key, verdict)
