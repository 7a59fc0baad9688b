"""Marked: one candidate with all its mistakes and a mark in each of its blocks, built once, and its cases run on it.

Two gates look at it: which blocks no case comes to, and which cases can tell a mistake at all.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from sandbox import Component
from tenants.base import canonical
from tenants.gates.strength import lines, mutants
from tenants.gates.strength.bench import Bench, Seen
from tenants.gates.strength.lines import Marks
from tenants.gates.strength.mutants import Mutant
from tenants.gates.trial.candidates import Candidate
from tenants.rules.gates import MUTANTS_MAX


@dataclass(frozen=True, slots=True)
class Ran:
    """What the calls of one case showed with no mistake in force. `met`: the blocks that they came to."""

    case: dict[str, Any]
    seen: list[Seen]

    @property
    def fuel(self) -> int:
        return sum(one.execution.fuel_used for one in self.seen)

    @property
    def met(self) -> set[int] | None:
        """None: it is not known of all of them."""
        told = [lines.met(one.execution.log) for one in self.seen]
        return set[int]().union(*told) if all(told) else None

    def meets(self, mutant: Mutant) -> bool:
        """Whether it may be otherwise with this mistake in force."""
        met = self.met
        return met is None or mutant.block is None or mutant.block in met


@dataclass(frozen=True, slots=True)
class Marked:
    bench: Bench
    mutants: list[Mutant]
    marks: Marks
    ran: list[Ran]


async def marked(candidate: Candidate) -> Marked | None:
    """Build it, and run its cases, once; None where there is no mistake to make, or the switch does not fit."""
    return await candidate.made_once("marked", lambda: _make(candidate))


async def _make(candidate: Candidate) -> Marked | None:
    tree, name = await candidate.tree(), candidate.spec["name"]
    marks, digest = Marks.of(tree), canonical.digest(candidate.source)
    source, made = await mutants.make(tree, name, MUTANTS_MAX, digest, candidate.grammar.write, marks)
    built = await candidate.pool.fork(source, name) if made else None
    if not isinstance(built, Component):
        return None
    bench = Bench(candidate, built)
    cases: list[dict[str, Any]] = [*candidate.spec["examples"], *candidate.spec["holdouts"]]
    return Marked(bench, made, marks, list(await asyncio.gather(*(_run(bench, case) for case in cases))))


async def _run(bench: Bench, case: dict[str, Any]) -> Ran:
    return Ran(case, [seen async for _, seen in bench.calls(case, 0)])
