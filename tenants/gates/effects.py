"""Effects: a tool that does more than read has to state what it does, in at least one example for each kind of it.

Whether a run did what its case states is the examples' and hold-outs' business; here it is that they state it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox import Finding
from sandbox.worlds import STATED
from tenants.base import canonical
from tenants.gates.stated import blocks, recording
from tenants.gates.stated.steps import Step, every_step, run_steps
from tenants.gates.trial import stories
from tenants.gates.trial.candidates import Candidate, title
from tenants.gates.trial.effects import is_mark

name = "effects"
_SHOWN_LENGTH_MAX = 8_000
_TOLD = 3
_Kind = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Case:
    """One call of a case with what its run did, by kind."""

    index: int
    case: Mapping[str, Any]
    step: Step
    done: Mapping[_Kind, str]

    @property
    def stated(self) -> set[_Kind]:
        return {kind for kind in self.done if _states(self.step.call, kind) or self._is_left(kind)}

    def _is_left(self, kind: _Kind) -> bool:
        """Whether it only marks that something is done, not what, and is left to `others` beside the deed itself."""
        block = blocks.block_of(self.step.call)
        if kind[0] not in block.others or not block.items:
            return False
        return all(is_mark(deed) for deed in self.step.deeds if deed.capability == kind[0])


async def check(candidate: Candidate) -> list[Finding]:
    found = [*_not_looked_at(candidate)]
    if candidate.spec["effects"] == "read":
        return found
    examples, holdouts = [await _tried(candidate, field) for field in ("examples", "holdouts")]
    told = {kind: words for one in [*holdouts, *examples] for kind, words in one.done.items()}
    missing = told.keys() - {kind for one in examples for kind in one.stated}
    while missing:
        showing = [one for one in examples if missing & one.done.keys()]
        if not showing:
            return [*found, _never_shown([told[kind] for kind in sorted(missing)])]
        best = max(showing, key=lambda one: (len(missing & one.done.keys()), -len(one.done), -one.index))
        found.append(await _unstated(candidate, best, sorted(missing & best.done.keys())))
        missing -= best.done.keys()
    return found


def _not_looked_at(candidate: Candidate) -> Iterator[Finding]:
    for field, noun in (("examples", "Example"), ("holdouts", "Hold-out")):
        for index, case in enumerate(candidate.spec[field]):
            if any(blocks.block_of(call).recorded for call in stories.calls_of(case)):
                message = (
                    f"{title(noun, index, case)} states what a run did, as it was recorded: is that what it should do?"
                )
                yield Finding(name, "warning", message, "Look at its `done`, and take `recorded` out once it is right.")


async def _tried(candidate: Candidate, field: str) -> list[_Case]:
    return [_Case(index, case, step, _kinds(step)) for index, case, step in await every_step(candidate, field)]


def _kinds(step: Step) -> dict[_Kind, str]:
    """Each kind of effect that a run had, and one such effect in words."""
    return {
        (capability, STATED[capability].kind(seen.what)): STATED[capability].told(seen.what)
        for capability, done in step.done.items()
        for seen in done
        if not seen.free
    }


def _states(case: Mapping[str, Any], kind: _Kind) -> bool:
    """Whether a case says of such an effect what it is, or what it leaves behind."""
    block, (capability, which) = blocks.block_of(case), kind
    if any(kept.capability == capability for kept in block.kept):
        return True
    items = (block.items or {}).get(capability, ())
    kinds = {STATED[capability].kind(item.fields) for item in items}
    return which in kinds or (bool(items) and "" in kinds)


def _never_shown(told: list[str]) -> Finding:
    message = f"Only hold-outs show that the tool does this: {_list(told)}."
    return Finding(name, "error", message, "Add an example that does it, and state it there in `done`.")


async def _unstated(candidate: Candidate, one: _Case, kinds: list[_Kind]) -> Finding:
    message = (
        f"The spec says that the tool is {candidate.spec['effects']}, and no example states what it does: "
        f"{_list([one.done[kind] for kind in kinds])}."
    )
    again = await run_steps(candidate, one.case, candidate.other_seed, elsewhere=True)
    same = again[(one.step.number or 1) - 1]
    block = canonical.text(recording.opened(recording.block_of(one.step.done), recording.block_of(same.done)))
    where = one.step.title("Example", one.index, one.case)
    if len(block) > _SHOWN_LENGTH_MAX:
        return Finding(name, "error", message, f"State it in the `done` of {where}; dry_run prints the whole block.")
    return Finding(
        name, "error", message, f'Look at what it did in {where} and, if that is right, add: "done": {block}'
    )


def _list(told: list[str]) -> str:
    more = f", and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    return "; ".join(told[:_TOLD]) + more
