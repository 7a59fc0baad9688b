"""What is always so, held against real runs after their end: their journals say what they did.

A journal knows what was asked for and what was answered, not how things were before. What can be told as the gates tell
it is told so; the rest is named, and checks that ask for it say nothing of that run.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox import Finding
from sandbox.rules import Grammar, Workshop
from sandbox.worlds import STATED, done_of
from tenants.gates.invariants.evaluation import TOO_MUCH, Checker
from tenants.gates.trial.candidates import Made, readable


async def broken(
    workshop: Workshop, always: Sequence[Mapping[str, str]], runs: Sequence[Mapping[str, Any]]
) -> list[list[int]]:
    """Which invariants do not hold, by number, for each run.

    Runs are `{"arguments", "result", "error", "calls", "whole"}`: JSON texts but for the error, which is a code; calls
    are `{"capability", "operation", "effect", "request", "reply"}`, all of them if `whole`. What cannot be evaluated
    does not hold. Raises RuntimeError when the sandbox cannot be asked.
    """
    checker = await Checker.build(workshop, Grammar(workshop), always)
    if not isinstance(checker, Checker):
        raise RuntimeError(f"our own checker could not be built: {_said(checker)}")  # noqa: TRY004 - a state, no type
    made = [_made(run) for run in runs]
    found: list[set[int]] = [set() for _ in runs]
    for one in await checker.broken(workshop, made):
        if one.why == TOO_MUCH:
            # Of a batch that took too much: each of its runs alone, so that one of them hides no other.
            return [await _alone(workshop, checker, each) for each in made]
        found[one.call].add(one.number)
    return [sorted(numbers) for numbers in found]


async def _alone(workshop: Workshop, checker: Checker, made: Made) -> list[int]:
    told = await checker.broken(workshop, [made])
    if any(one.why == TOO_MUCH for one in told):
        return checker.every if made.error is None else checker.failing
    return sorted({one.number for one in told})


def _made(run: Mapping[str, Any]) -> Made:
    done, untold = done_of(run["calls"])
    if not run["whole"]:
        done, untold = {}, {*STATED}
    result = None if run["result"] is None else json.loads(run["result"])
    shown = {name: [readable(one) for one in done.get(name, ())] for name in STATED if name not in untold}
    return Made(json.loads(run["arguments"]), result, run["error"], shown, tuple(sorted(untold)))


def _said(findings: Sequence[Finding]) -> str:
    return "; ".join(one.message for one in findings)
