"""Bench: runs the mistakes that were made in one candidate, all built into one component."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sandbox import Call, Component, Execution, Exhausted, Limits
from sandbox.worlds import World
from tenants.base import canonical
from tenants.gates.examples import wrong
from tenants.gates.strength import mutants
from tenants.gates.strength.mutants import Mutant
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate, Trial, brief
from tenants.gates.trial.comparing import difference, fault_of, result_of
from tenants.gates.trial.stories import Moment, moments

TRIED = 12


@dataclass(frozen=True, slots=True)
class Seen:
    """What one run showed to the outside."""

    execution: Execution
    world: World

    @property
    def deeds(self) -> str:
        return canonical.text([[*deed] for deed in self.world.deeds])

    def differs(self, other: "Seen") -> bool:
        one, two = fault_of(self.execution), fault_of(other.execution)
        if one is not None or two is not None:
            return (one.code if one else None) != (two.code if two else None)
        return (
            difference(result_of(self.execution), result_of(other.execution)) is not None or self.deeds != other.deeds
        )

    def answer(self) -> str:
        """What it came to, in words."""
        fault = fault_of(self.execution)
        return f"the error {fault.code}" if fault else brief(result_of(self.execution), 120)


class Telling(NamedTuple):
    """A call that tells a mistake from the original, and what either comes to."""

    arguments: dict[str, Any]
    usual: str
    mistaken: str


@dataclass(frozen=True, slots=True)
class Bench:
    """Runs mutants of one candidate; `component` has them all."""

    candidate: Candidate
    component: Component

    async def run(self, case: Mapping[str, Any], number: int) -> Seen:
        """Call the tool once, in a world of its own, with one mistake in force; 0 is none."""
        world = self.candidate.world(case)
        return await self._run(Moment(case, world.started_at_ns), world, number, None)

    async def calls(
        self, case: Mapping[str, Any], number: int, fuel: int | None = None
    ) -> AsyncGenerator[tuple[Mapping[str, Any], Seen]]:
        """Make the calls of a case in turn, in one world: what each did is to be looked at before the next."""
        world = self.candidate.world(case)
        for moment in moments(case, world):
            yield moment.call, await self._run(moment, world, number, fuel)

    async def _run(self, moment: Moment, world: World, number: int, fuel: int | None) -> Seen:
        limits = self.candidate.limits
        if fuel is not None:
            limits = Limits.of(
                {**limits.as_dict(), "fuel": min(fuel, limits.fuel), "host_calls": min(200, limits.host_calls)}
            )
        world.begin(moment.at_ns)
        call = Call(canonical.plain({**moment.call["arguments"], mutants.SWITCH: number}), world.seed, moment.at_ns)
        execution = await self.candidate.pool.run(
            self.component, call, grant=self.candidate.grant, limits=limits, host=world
        )
        return Seen(execution, world)

    async def survives(self, mutant: Mutant, cases: list[dict[str, Any]], fuel: int) -> bool:
        """Whether all that the cases state is still so: what no case states, nobody notices."""
        for case in cases:
            async for call, seen in self.calls(case, mutant.number, fuel):
                trial = Trial(seen.execution, seen.world)
                if isinstance(seen.execution.outcome, Exhausted) or wrong(call, trial, self.candidate.spec):
                    return False
        return True

    async def telling(self, mutant: Mutant) -> Telling | None:
        """A call that shows the mistake, if one of a few odd ones does."""
        cases = [case for case in self.candidate.cases("examples") if "result" in case][:3]
        if not cases:
            return None
        schema = cast("dict[str, Any]", self.candidate.spec["input_schema"])
        calls = edge_arguments.arguments(schema, [case["arguments"] for case in cases], TRIED)
        for given in calls:
            case = {"arguments": given, "world": cases[0].get("world")}
            usual, seen = await asyncio.gather(self.run(case, 0), self.run(case, mutant.number))
            if usual.differs(seen):
                return Telling(given, usual.answer(), seen.answer())
        return None
