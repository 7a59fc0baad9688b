"""Invariants: what a spec says is always so, held against every call that the gates have made.

Examples, odd calls, bad days, second calls: whatever was run for another gate is looked at here once more, in one run
of the sandbox that evaluates all expressions on all calls.
"""

from collections.abc import Mapping

from sandbox import Finding
from tenants.gates.invariants import expressions
from tenants.gates.invariants.evaluation import Broken, Checker
from tenants.gates.trial.candidates import Candidate, Made, brief

name = "invariants"
_TOLD = 3


async def check(candidate: Candidate) -> list[Finding]:
    always: list[dict[str, str]] = candidate.spec.get("always") or []
    if not always:
        return []
    # Who submitted the spec has heard of these, unless there was no sandbox to ask.
    wrong = await expressions.reading_problems(candidate.grammar, always, "/always")
    if wrong:
        return [Finding(name, "error", f"{one['path']}: {one['message']}", one.get("hint")) for one in wrong]
    checker = await Checker.build(candidate.pool, candidate.grammar, always)
    if not isinstance(checker, Checker):
        return checker
    first: dict[int, Broken] = {}
    for one in await checker.broken(candidate.pool, candidate.made):
        first.setdefault(one.number, one)
    return [_finding(always[number], candidate.made[one.call], one.why) for number, one in first.items()][:_TOLD]


def _finding(invariant: Mapping[str, str], made: Made, why: str | None) -> Finding:
    came = f"the error {made.error}" if made.error is not None else f"the result {brief(made.result)}"
    done = {capability: several for capability, several in made.done.items() if several}
    how = f" ({why})" if why else ""
    message = f"Called with {brief(made.arguments, 300)}, this does not hold{how}: {invariant['say']}"
    hint = f"It gave {came} and did {brief(done, 400) if done else 'nothing'}. The check is: {invariant['check']}"
    return Finding(name, "error", message, hint)
