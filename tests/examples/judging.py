"""Flawed examples before the real gates: before the one that should stop them, or before all of them."""

from sandbox import Finding, Image, Pool
from tenants import gates
from tenants.confined import spec_rules
from tenants.confinement import spec_fields
from tests.examples.flaws import Flaw
from tests.gates.suite import Tool, asked_alone, errors_of


async def by_its_gate(flaw: Flaw, pool: Pool, image: Image) -> list[Finding]:
    """Return the errors that the flaw's own gate finds, asked alone."""
    return await asked_alone(_tool(flaw), flaw.gate, pool, image)


async def everything(flaw: Flaw, pool: Pool, image: Image) -> list[Finding]:
    """Return the errors that any gate finds, also those after the one at which a version would be stopped."""
    tool = _tool(flaw)
    return await errors_of(tool.spec, tool.source, gates.EVERY, pool, image)


def _tool(flaw: Flaw) -> Tool:
    problems = spec_rules.problems(flaw.body)
    assert not problems, problems
    return Tool("examples", flaw.example, flaw.flaw, flaw.flaw, spec_fields.complete(flaw.body), flaw.source)
