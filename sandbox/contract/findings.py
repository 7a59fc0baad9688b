"""What a check found: one sentence a model can act on and a person can read."""

from dataclasses import dataclass
from typing import Literal

# A question is what a check suspects and cannot show: the approver answers it.
Severity = Literal["error", "question", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a gate found.

    `gate` names the check, `line` is 1-based in the tool's source, `hint` says what to do instead.
    """

    gate: str
    severity: Severity
    message: str
    hint: str | None = None
    line: int | None = None
