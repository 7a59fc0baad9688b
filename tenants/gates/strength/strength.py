"""Test strength: a line broken on purpose must break what an example or a hold-out states.

What nothing notices, nothing proves. Survivors are shown, with a call that would tell them apart from the original.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from sandbox import Call, Component, Execution, Exhausted, Finding, Limits
from sandbox.worlds import World
from tenants.base import canonical
from tenants.gates.examples import wrong
from tenants.gates.strength import mutants
from tenants.gates.strength.mutants import Mutant
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate, Trial, brief
from tenants.gates.trial.comparing import difference, fault_of, result_of
from tenants.rules.gates import MUTANTS_MAX, NOTICED_ENOUGH, NOTICED_LEAST

name = "strength"
_SHOWN = 4
_TRIED = 12
_FEW = 6


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one run showed to the outside."""

    execution: Execution
    world: World

    @property
    def deeds(self) -> str:
        return canonical.text([[*deed] for deed in self.world.deeds])

    def differs(self, other: "_Seen") -> bool:
        one, two = fault_of(self.execution), fault_of(other.execution)
        if one is not None or two is not None:
            return (one.code if one else None) != (two.code if two else None)
        return (
            difference(result_of(self.execution), result_of(other.execution)) is not None or self.deeds != other.deeds
        )


async def check(candidate: Candidate) -> list[Finding]:
    cases = [*candidate.cases("examples"), *candidate.cases("holdouts")]
    if not cases or candidate.component is None:
        return []
    digest = canonical.digest(candidate.source)
    source, made = mutants.make(candidate.source, candidate.spec["name"], MUTANTS_MAX, digest)
    built = await candidate.pool.fork(source, candidate.spec["name"]) if made else None
    if not isinstance(built, Component):
        return []  # nothing to break, or the switch does not fit this source: nothing can be said
    bench = Bench(candidate, built)
    usual = [await bench.run(case, 0) for case in cases]
    fuel = 20 * max(seen.execution.fuel_used for seen in usual) + 100_000_000
    survived = await asyncio.gather(*(bench.survives(one, cases, fuel) for one in made))
    survivors = [one for one, alive in zip(made, survived, strict=True) if alive]
    return await _told(bench, survivors, made)


@dataclass(frozen=True, slots=True)
class Bench:
    """Runs mutants of one candidate."""

    candidate: Candidate
    component: Component

    async def run(self, case: Mapping[str, Any], number: int, fuel: int | None = None) -> _Seen:
        world = self.candidate.world(case)
        limits = self.candidate.limits
        if fuel is not None:
            limits = Limits.of(
                {**limits.as_dict(), "fuel": min(fuel, limits.fuel), "host_calls": min(200, limits.host_calls)}
            )
        call = Call(canonical.plain({**case["arguments"], mutants.SWITCH: number}), world.seed, world.started_at_ns)
        execution = await self.candidate.pool.run(
            self.component, call, grant=self.candidate.grant, limits=limits, host=world
        )
        return _Seen(execution, world)

    async def survives(self, mutant: Mutant, cases: list[dict[str, Any]], fuel: int) -> bool:
        """Whether all that the cases state is still so: what no case states, nobody notices."""
        for case in cases:
            seen = await self.run(case, mutant.number, fuel)
            trial = Trial(seen.execution, seen.world)
            if isinstance(seen.execution.outcome, Exhausted) or wrong(case, trial, self.candidate.spec):
                return False
        return True

    async def telling(self, mutant: Mutant) -> tuple[dict[str, Any], str] | None:
        """A call that shows the mistake, and what the tool answers to it now."""
        cases = [case for case in self.candidate.cases("examples") if "result" in case][:3]
        if not cases:
            return None
        schema = cast("dict[str, Any]", self.candidate.spec["input_schema"])
        calls = edge_arguments.arguments(schema, [case["arguments"] for case in cases], _TRIED)
        for given in calls:
            case = {"arguments": given, "world": cases[0].get("world")}
            usual, seen = await asyncio.gather(self.run(case, 0), self.run(case, mutant.number))
            if usual.differs(seen):
                fault = fault_of(usual.execution)
                return given, f"the error {fault.code}" if fault else brief(result_of(usual.execution), 120)
        return None


def _severity(made: list[Mutant], survivors: list[Mutant]) -> Literal["error", "warning"] | None:
    """Judge by the mistakes in functions: of a table, many a row is as good as its neighbour.

    Only a table of which nothing at all is noticed counts by itself.
    """
    caught = {
        table: sum(one.table is table for one in made) - sum(one.table is table for one in survivors)
        for table in (False, True)
    }
    inside, tables = (sum(one.table is table for one in made) for table in (False, True))
    if (inside >= _FEW and caught[False] / inside < NOTICED_LEAST) or (tables >= _FEW and not caught[True]):
        return "error"
    return "warning" if len(made) >= _FEW and sum(caught.values()) / len(made) < NOTICED_ENOUGH else None


async def _told(bench: Bench, survivors: list[Mutant], made: list[Mutant]) -> list[Finding]:
    severity = _severity(made, survivors)
    if severity is None:
        return []
    shown = survivors[:_SHOWN]
    tellings = await asyncio.gather(*(bench.telling(one) for one in shown))
    summary = Finding(
        name,
        severity,
        f"The examples and hold-outs notice {len(made) - len(survivors)} of {len(made)} mistakes made on purpose; "
        f"{NOTICED_ENOUGH:.0%} are enough.",
        "Add examples that tell the right answer from a nearly right one: bounds, ties, empty lists, repeats. "
        f"Unnoticed, by line:column: {', '.join(f'{one.line}:{one.column}' for one in survivors)}.",
    )
    return [summary, *(_survivor(one, telling) for one, telling in zip(shown, tellings, strict=True))]


def _survivor(mutant: Mutant, telling: tuple[dict[str, Any], str] | None) -> Finding:
    message = f"Nobody notices when `{mutant.was}` becomes `{mutant.became}`."
    hint = None
    if telling is not None:
        hint = (
            f"An example with {brief(telling[0], 300)} would; the tool answers {telling[1]} to it now. Is that right?"
        )
    return Finding(name, "warning", message, hint, mutant.line)
