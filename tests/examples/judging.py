"""Flawed examples before the real gates: before the one that should stop them, or before all of them."""

from sandbox import Component, Finding, Image, Pool
from tenants import gates, rubric
from tenants.gates import Candidate, Gate, Report
from tests.examples.flaws import Flaw

AFTER_THE_BUILD = (*gates.PROVING, *gates.TRYING)


async def by_its_gate(flaw: Flaw, pool: Pool, image: Image) -> list[Finding]:
    """Return the errors that the flaw's own gate finds, asked alone."""
    chosen = [gate for gate in (*gates.READING, *AFTER_THE_BUILD) if gate.name == flaw.gate]
    # The secrets gate looks at what other runs have shown.
    before = [gates.PROVING[0]] if flaw.gate == "secrets" else []
    return await _errors(flaw, (*before, *chosen), pool, image)


async def everything(flaw: Flaw, pool: Pool, image: Image) -> list[Finding]:
    """Return the errors that any gate finds, also those after the one at which a version would be stopped."""
    return await _errors(flaw, (*gates.READING, *AFTER_THE_BUILD), pool, image)


async def _errors(flaw: Flaw, chosen: tuple[Gate, ...], pool: Pool, image: Image) -> list[Finding]:
    problems = rubric.problems(flaw.body)
    assert not problems, problems
    candidate = Candidate(rubric.complete(flaw.body), flaw.source, pool, image)
    built = await pool.fork(flaw.source, candidate.spec["name"])
    assert isinstance(built, Component), built
    candidate.component = built
    report = await gates.check(candidate, chosen, Report(), lambda _: None)
    return [finding for finding in report.findings if finding.severity == "error"]
