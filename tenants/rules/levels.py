"""How strict a tenant is: for each gate that may be relaxed, whether its errors block, warn, or are not looked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sandbox import Finding
from tenants.rules.gates import RELAXABLE

LEVELS = ("block", "warn", "off")


@dataclass(frozen=True, slots=True)
class Levels:
    """`of` names a level for some gates; the rest block.

    `warnings_block`, `questions_block`: a warning, or a question to the approver, blocks as an error does.
    """

    of: Mapping[str, str] = field(default_factory=dict[str, str])
    warnings_block: bool = False
    questions_block: bool = False

    def runs(self, gate: str) -> bool:
        return gate not in RELAXABLE or self.of.get(gate) != "off"

    def judged(self, gate: str, findings: list[Finding]) -> list[Finding]:
        """Return a gate's findings with the severity that this tenant gives them."""
        if gate in RELAXABLE and self.of.get(gate) == "warn":
            findings = [
                replace(finding, severity="warning") if finding.severity == "error" else finding for finding in findings
            ]
        blocks = {"warning"} if self.warnings_block else set[str]()
        blocks |= {"question"} if self.questions_block else set[str]()
        return [replace(finding, severity="error") if finding.severity in blocks else finding for finding in findings]


STRICT = Levels()
