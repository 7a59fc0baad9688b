"""Secrets: what stands for one belongs into a request, and nowhere else. Looked for in every run of the other gates.

Where it cannot go, the sandbox refuses it, in a canned world as in the real one; what is left to look for is where a
run shows people which secret it holds.
"""

from sandbox import Finding
from tenants.gates.trial.candidates import Candidate

name = "secrets"


async def check(candidate: Candidate) -> list[Finding]:
    hint = "Give secret(...) to a request's headers, params, json, data or auth only, and log what it is for instead."
    return [
        Finding(name, "error", f"The tool writes a secret into {where}.", hint) for where in sorted(candidate.shown)
    ]
