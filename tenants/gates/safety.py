"""What reading the source shows: each rule of the sandbox names the gate it speaks for."""

from dataclasses import dataclass

from sandbox import Finding
from tenants.gates.trial.candidates import Candidate


@dataclass(frozen=True, slots=True)
class Reading:
    """The gate `name` of the static check."""

    name: str

    async def check(self, candidate: Candidate) -> list[Finding]:
        return [finding for finding in await candidate.static() if finding.gate == self.name]


# Of privilege: what is used was asked for, what was asked for is used.
BY_NAME = {name: Reading(name) for name in ("imports", "safety", "privilege")}
