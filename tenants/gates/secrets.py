"""Secrets: a placeholder belongs into a request, and nowhere else. Looked for in every run the other gates made."""

from sandbox import Finding
from tenants.gates.candidates import Candidate

name = "secrets"


async def check(candidate: Candidate) -> list[Finding]:
    hint = "Use secret(...) in a request's headers, params or body only, and log what it is for instead."
    return [
        Finding(name, "error", f"The tool writes a secret into {where}.", hint) for where in sorted(candidate.shown)
    ]
