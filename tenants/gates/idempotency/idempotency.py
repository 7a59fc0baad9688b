"""Idempotency: what a tool says of its effects is true. Called again in the same world it has no new effect.

Also: a repeat inside one call is one effect, what could not be done for now can be done later, what may have been done
is not done again, and neither a rehearsal nor a person's no is followed by a deed.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from sandbox import Finding
from sandbox.worlds import Deed
from tenants.gates.idempotency import aftermath, promises
from tenants.gates.idempotency.claims import too_late
from tenants.gates.idempotency.lost_contents import lost_content
from tenants.gates.idempotency.lost_updates import lost_update
from tenants.gates.idempotency.odd_repeats import new_on_repeat
from tenants.gates.idempotency.spellings import spelled_otherwise
from tenants.gates.trial.candidates import Candidate, Trial, later_ns, title
from tenants.gates.trial.comparing import difference, fault_of, result_of
from tenants.gates.trial.effects import (
    adds,
    counted,
    identity,
    is_bare,
    is_compared,
    is_mark,
    is_new,
    is_question,
    may_only_ask,
    of_another_tool,
    outward,
    settled,
    timeless,
    told,
)  # fmt: skip
from tenants.gates.trial.stories import calls_of, moments
from tenants.schemas import json_schemas

name = "idempotency"
_CASES = 8


async def check(candidate: Candidate) -> list[Finding]:
    cases = [(index, case) for index, case in enumerate(candidate.cases("examples")) if "result" in case][:_CASES]
    judge = {"read": _of_reading, "idempotent": _of_idempotent}.get(candidate.spec["effects"], _of_destructive)
    found = await asyncio.gather(*(_of_case(candidate, index, case, judge) for index, case in cases))
    if candidate.spec["effects"] == "idempotent":
        found += [[*await new_on_repeat(candidate, new_effects)], await _of_stories(candidate)]
    first: dict[str, Finding] = {}
    for finding in (one for several in found for one in several if one is not None):
        first.setdefault(finding.hint or finding.message, finding)
    return list(first.values())


async def _of_case(candidate: Candidate, index: int, case: Mapping[str, Any], judge: Any) -> list[Finding | None]:
    usual = await candidate.trial("examples", index)
    if fault_of(usual.execution) is not None:
        return []
    what = title("Example", index, case)
    kept = await asyncio.gather(
        promises.rehearsed(candidate, what, case),
        promises.declined(candidate, what, case, usual),
        lost_update(candidate, what, case, usual),
        lost_content(candidate, what, case, usual),
    )
    return [*await judge(candidate, what, case, usual), *kept, too_late(what, usual)]


async def _of_reading(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> list[Finding | None]:
    done = outward(usual.world.deeds)
    return [_changes(done), await _forgets(candidate, what, case, usual)]


def _changes(done: list[Deed]) -> Finding | None:
    if not done:
        return None
    asks = all(may_only_ask(deed) for deed in done)
    message = f"The spec says that the tool only reads, but it changes something: {told(done[0])}."
    hint = "Say `effects: idempotent` or `effects: destructive` in the spec, or do not change anything."
    return Finding(name, "warning" if asks else "error", message, hint)


async def _forgets(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> Finding | None:
    """A tool that only reads answers the same when it is asked again, whatever it has noted for itself."""
    if not [deed for deed in usual.world.deeds if not is_question(deed)]:
        return None
    later = later_ns(usual.world)
    usual.world.rewind()
    again = await candidate.once(case["arguments"], usual.world, later, candidate.other_seed)
    # Not against the first answer: the time may be part of it.
    fresh = await candidate.once(case["arguments"], candidate.world(case), later, candidate.other_seed)
    if fault_of(fresh) is not None:
        return None
    if fault_of(again) is None and difference(result_of(fresh), result_of(again)) is None:
        return None
    message = f"{what}, called again in the same world, is answered differently."
    hint = "Keep no state that changes the answer; a cache may only save work."
    return Finding(name, "error", message, hint)


async def _of_destructive(
    candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial
) -> list[Finding | None]:
    return [_unkeyed(usual), await aftermath.repeated(candidate, what, case, usual, again=False)]


def _unkeyed(usual: Trial) -> Finding | None:
    bare = [deed for deed in usual.world.deeds if is_bare(deed)]
    if not bare:
        return None
    message = f"An effect has no key: {told(bare[0])}. After a lost connection nobody can tell whether it happened."
    hint = "Pass key=... made from what the effect is about, so that the receiver can recognise a repeat."
    return Finding(name, "warning", message, hint)


async def _of_idempotent(
    candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial
) -> list[Finding | None]:
    return list(
        await asyncio.gather(
            _again(candidate, what, case),
            _doubled(candidate, what, case, usual),
            spelled_otherwise(candidate, what, case, usual),
            aftermath.never_done(candidate, what, case, usual),
            aftermath.left_undone(candidate, what, case, usual),
            aftermath.repeated(candidate, what, case, usual, again=True),
        )
    )


async def _again(candidate: Candidate, what: str, case: Mapping[str, Any]) -> Finding | None:
    """Call it twice. Where a world answers one by one, its answers may be meant for two calls, or for each."""
    new: list[Deed] = []
    for rewound in (False, True):
        new = await new_effects(candidate, case, rewound=rewound)
        # A mark that is set late tells of what was done before; without anything done it is no effect.
        if all(is_mark(deed) for deed in new):
            return None
    severity = "warning" if all(of_another_tool(deed) for deed in new) else "error"
    message = f"{what}, called a second time: it has a new effect: {told(new[0])}."
    hint = "Claim a key in the ledger before each effect, made from what the effect is about, and skip what is done."
    return Finding(name, severity, message, hint)


async def _of_stories(candidate: Candidate) -> list[Finding | None]:
    """The last call of each story once more, in the world as all of them have left it."""
    cases = [(index, case) for index, case in enumerate(candidate.spec["examples"]) if len(calls_of(case)) > 1]
    return [
        await _again(candidate, f"{title('Example', index, case)}, call {len(calls_of(case))}", case)
        for index, case in cases[:_CASES]
        if "result" in calls_of(case)[-1]
    ]


async def new_effects(candidate: Candidate, case: Mapping[str, Any], *, rewound: bool) -> list[Deed]:
    """Return what the last call of a case does, made again in the world that it left, that is new to it."""
    world = candidate.world(case)
    arguments, at_ns = dict[str, Any](), world.started_at_ns
    for moment in moments(case, world):
        arguments, at_ns = moment.call["arguments"], moment.at_ns
        await candidate.once(arguments, world, at_ns)
    before, kept = list(world.deeds), timeless(world.contents())
    if rewound:
        world.rewind()
    # Every run has randomness of its own, so a key made of it is no key.
    late_ns = later_ns(world) - world.started_at_ns
    await candidate.once(arguments, world, at_ns + late_ns, candidate.other_seed)
    after = settled(world.deeds[len(before) :])
    changed = [deed for deed in after if is_compared(deed)] if kept != timeless(world.contents()) else []
    return [*(deed for deed in after if is_new(deed, before, at_ns)), *changed]


async def _doubled(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> Finding | None:
    """Every list of the call twice over: the same thing must not happen twice in one call either."""
    schema = json_schemas.closed(cast("dict[str, Any]", candidate.spec["input_schema"]))
    doubled = {
        key: [*cast("list[Any]", value), *cast("list[Any]", value)] if isinstance(value, list) else value
        for key, value in case["arguments"].items()
    }
    if doubled == case["arguments"] or json_schemas.value_problems(schema, doubled):
        return None
    world = candidate.world(case)
    await candidate.once(doubled, world, world.started_at_ns)
    repeated = counted(world.deeds) - counted(usual.world.deeds)
    twice = [deed for deed in world.deeds if repeated[identity(deed)] and adds(deed)]
    if not twice or any(identity(deed) not in {identity(one) for one in usual.world.deeds} for deed in twice):
        return None
    message = f"{what}, with every item given twice: the same effect happens twice: {told(twice[0])}."
    hint = "Remove repeats first: compare what identifies an item (trimmed, casefolded), and do each once."
    return Finding(name, "error", message, hint)
