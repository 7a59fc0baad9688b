"""Contract: the function is there, its parameters are the schema's, and there is something to prove it by."""

from sandbox import Finding
from tenants.gates.clients import refusals
from tenants.gates.trial.candidates import Candidate

name = "contract"


async def check(candidate: Candidate) -> list[Finding]:
    findings = [finding for finding in await candidate.static() if finding.gate == name]
    if not candidate.spec["examples"]:
        message = "The spec has no examples, so nothing shows that the tool does what it says."
        hint = 'Add examples such as {"arguments": {...}, "result": {...}}.'
        findings.append(Finding(name, "warning", message, hint))
    return [*findings, *refusals(candidate.spec)]
