"""After a bad day: what certainly was not done is made up for, and what may have been done is not done again."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox import CAPABILITIES, Finding, HostCall
from sandbox.worlds import BadDay, Deed, World
from tenants.gates.trial.candidates import Candidate, Trial, later_ns
from tenants.gates.trial.comparing import fault_of, result_of
from tenants.gates.trial.effects import counted, identity, is_bare, is_question, told
from tenants.gates.trial.faults import Stagehand, changes, days_for
from tenants.gates.trial.owning import owns_up
from tenants.gates.trial.telling import names_it

_GATE = "idempotency"
_RELEASE = "Mark a key done only after its effect, and release its claim when the effect certainly did not happen."


async def never_done(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> Finding | None:
    """What certainly was not done, mail for instance, is done when the same call is made on a better day."""
    for day in days_for("made_up_for"):
        wanted = _count(usual.world, day)
        if not wanted:
            continue
        world = candidate.world(case)
        await _on(candidate, case, world, day)
        await _later(candidate, case, world)
        done = _count(world, day)
        if done < wanted:
            message = f"{what}, first while {day.first} and then again: {wanted - done} of {wanted} {day.never}."
            return Finding(_GATE, "error", message, _RELEASE)
    return None


def _count(world: World, day: BadDay) -> int:
    return sum(deed.capability == day.capability for deed in world.deeds)


async def left_undone(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> Finding | None:
    """What the other side refused for now is done by the next call, unless that call says that it is not."""
    for day in days_for("made_up_for_or_said"):
        found = await _left_undone(candidate, what, case, usual, day)
        if found is not None:
            return found
    return None


async def _left_undone(
    candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial, day: BadDay
) -> Finding | None:
    wanted = _asked_for(usual.world.deeds, day)
    if not wanted:
        return None
    world = candidate.world(case)
    await _on(candidate, case, world, day)
    world.rewind()
    second = await _later(candidate, case, world)
    missing = wanted - _asked_for(world.deeds, day)
    if not missing or fault_of(second) is not None or owns_up(result_of(second)):
        return None
    if await names_it(candidate, case, result_of(usual.execution), result_of(second)):
        return None
    lost = next(deed for deed in usual.world.deeds if missing[identity(deed)])
    message = (
        f"{what}, first while {day.first} and then again: the second call does not make "
        f"up for the first and does not say so: {told(lost)} is missing."
    )
    hint = "Move a checkpoint, and mark a key done, only after the effect it stands for; release what certainly failed."
    return Finding(_GATE, "error", message, hint)


async def repeated(
    candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial, *, again: bool
) -> Finding | None:
    """What was done although its answer was lost must not be done again: not in the same call, nor in the next."""
    for day in days_for("not_repeated"):
        done = _handed_over if CAPABILITIES[day.capability].traits.keys == "host" else _bare
        once = done(day, usual.calls, usual.world.deeds, every=True)
        if not once:
            continue
        world = candidate.world(case)
        calls = await _on(candidate, case, world, day)
        if again:
            world.rewind()
            calls += await _watched(candidate, case, world)
        twice = done(day, tuple(calls), world.deeds, every=False) - once
        if twice:
            return _twice(what, day, next(iter(twice))[1], again=again)
    return None


def _twice(what: str, day: BadDay, which: str, *, again: bool) -> Finding:
    when = "this call and the next one together do" if again else "it does"
    message = f"{what}, when {day.sentence}: {when} the same thing twice: {which}."
    hint = (
        "After a lost answer nobody knows whether it happened. Pass key=... made from what the effect is about, so "
        "that the receiver recognises a repeat, or keep the claim in the ledger and report the item as uncertain."
    )
    return Finding(_GATE, "error", message, hint)


def _bare(day: BadDay, calls: tuple[HostCall, ...], deeds: list[Deed], *, every: bool) -> Counter[tuple[str, str]]:
    """Requests that a receiver could not recognise as repeats."""
    del calls, every
    mine = (deed for deed in deeds if deed.capability == day.capability and is_bare(deed))
    return Counter((identity(deed), told(deed)) for deed in mine)


def _handed_over(
    day: BadDay, calls: tuple[HostCall, ...], deeds: list[Deed], *, every: bool
) -> Counter[tuple[str, str]]:
    """Messages handed over. The host knows by a message's key what was sent, but not what may have been.

    A tool that leaves that to the host is let be; one that releases its own claim says that it was not sent.
    """
    del deeds
    releases = any(call.operation == "release" and call.payload.get("keys") for call in calls)
    parts = ((call.operation, one) for call in calls if call.capability == day.capability for one in call.parts)
    texts = (
        CAPABILITIES[day.capability].told(operation, one)
        for operation, one in parts
        if every or releases or one.get("key") is None
    )
    return Counter((text, text) for text in texts)


def _asked_for(deeds: list[Deed], day: BadDay) -> Counter[str]:
    return counted(deed for deed in deeds if deed.capability == day.capability and not is_question(deed))


async def _on(candidate: Candidate, case: Mapping[str, Any], world: World, day: BadDay) -> list[HostCall]:
    """Make the call on a bad day; return what it asked of the host."""
    host = Stagehand(world, day.trouble, lambda call: day.hits(call) and changes(call), happens=day.garbles)
    await candidate.once(case["arguments"], host, world.started_at_ns)
    return host.calls


async def _later(candidate: Candidate, case: Mapping[str, Any], world: World) -> Any:
    return await candidate.once(case["arguments"], world, later_ns(world), candidate.other_seed)


async def _watched(candidate: Candidate, case: Mapping[str, Any], world: World) -> list[HostCall]:
    host = Stagehand(world)
    await candidate.once(case["arguments"], host, later_ns(world), candidate.other_seed)
    return host.calls
