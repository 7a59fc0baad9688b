"""Least privilege, as run: a permit that is wider than anything the examples use is a permit to take back."""

from sandbox import CAPABILITIES, Excess, Finding, HostCall
from tenants.gates.stated.steps import every_step
from tenants.gates.trial.candidates import Candidate

name = "least_privilege"


async def check(candidate: Candidate) -> list[Finding]:
    calls: list[HostCall] = []
    for field in ("examples", "holdouts"):
        calls += [call for _, _, step in await every_step(candidate, field) for call in step.trial.calls]
    asked = candidate.spec["capabilities"]
    found = await _unused(candidate)
    for capability in CAPABILITIES.values():
        made = [call for call in calls if call.capability == capability.name]
        wide = capability.excess(asked.get(capability.name, []), made)
        found += (_finding(capability.name, excess) for excess in wide)
    return found


async def _unused(candidate: Candidate) -> list[Finding]:
    """The reading of the source warns; once all is proven, what nothing uses has no reason to be granted."""
    return [
        Finding(name, "error", finding.message, finding.hint, finding.line)
        for finding in await candidate.static()
        if finding.gate == "privilege" and finding.severity == "warning"
    ]


def _finding(capability: str, excess: Excess) -> Finding:
    permit, hint = f"The permit {capability}: {excess.line!r}", f"Ask for {excess.instead}."
    if excess.in_doubt:
        return Finding(name, "warning", f"{permit} {excess.because}.", hint)
    return Finding(name, "error", f"{permit} is wider than needed: {excess.because}.", hint)
