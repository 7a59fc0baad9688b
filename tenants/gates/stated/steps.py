"""The calls of a case, each run in turn, with what it did told while its world is as it left it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.worlds import Deed, Seen
from tenants.gates.stated import recording
from tenants.gates.stated.differences import Otherwise, differences
from tenants.gates.trial import stories
from tenants.gates.trial.candidates import Candidate, Trial, title
from tenants.gates.trial.faults import Stagehand
from tenants.gates.trial.stories import Case, Moment


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a case. `number` counts from 1; None where the case is no story.

    `deeds` and `done`, by capability, are all that it did, and `otherwise` what of that the case does not say;
    `impossible`: why what happens before it cannot be. The world of `trial` goes on with the next call.
    """

    call: Case
    number: int | None
    trial: Trial
    otherwise: Sequence[Otherwise] = ()
    done: Mapping[str, Sequence[Seen]] = field(default_factory=dict[str, Sequence[Seen]])
    deeds: Sequence[Deed] = ()
    impossible: str | None = None

    def title(self, noun: str, index: int, case: Case) -> str:
        """How findings name it: the case, and which of its calls."""
        return self.named(title(noun, index, case))

    def named(self, case: str) -> str:
        """The same, of a case that has a name."""
        return f"{case}, call {self.number}" if self.number else case


async def steps_of(candidate: Candidate, field: str, index: int) -> list[Step]:
    """Run an example or hold-out with all its calls: once, however many gates ask."""
    name = f"steps of {field} {index}"
    if name not in candidate.shared:
        candidate.shared[name] = asyncio.ensure_future(_first(candidate, field, index))
    return await asyncio.shield(candidate.shared[name])


async def every_step(candidate: Candidate, field: str) -> list[tuple[int, Case, Step]]:
    """All calls of all examples or hold-outs, each with its case and that one's number."""
    cases: list[Any] = candidate.spec[field]
    found = await asyncio.gather(*(steps_of(candidate, field, index) for index in range(len(cases))))
    return [(index, case, step) for index, case in enumerate(cases) for step in found[index]]


async def _first(candidate: Candidate, field: str, index: int) -> list[Step]:
    case = candidate.spec[field][index]
    if "calls" in case:
        return await run_steps(candidate, case)
    trial = await candidate.trial(field, index)
    return [_step(Moment(case, 0, None), None, trial)]


async def run_steps(
    candidate: Candidate, case: Case, seed: bytes | None = None, *, elsewhere: bool = False
) -> list[Step]:
    """Run all calls of a case in a new world of its own."""
    world = candidate.world(case, elsewhere=elsewhere)
    made: list[Step] = []
    for moment in stories.moments(case, world):
        stage = Stagehand(world)
        execution = await candidate.once(moment.call["arguments"], stage, moment.at_ns, seed)
        trial = Trial(execution, world, tuple(stage.calls), tuple(stage.replies), tuple(world.missing))
        made.append(_step(moment, len(made) + 1 if "calls" in case else None, trial))
    return made


def _step(moment: Moment, number: int | None, trial: Trial) -> Step:
    otherwise, done = differences(moment.call, trial.world), recording.done_in(trial.world)
    return Step(moment.call, number, trial, otherwise, done, trial.world.lately, moment.impossible)
