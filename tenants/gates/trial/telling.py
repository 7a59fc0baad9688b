"""Telling: which places of a result say, by being filled, that something went wrong.

Words do not settle it (`in_doubt`, `left_over`, `for_ann_to_see`). What does is where a result has nothing on good
days: a list that is empty whenever all goes well and names somebody now.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any, cast

from sandbox import CAPABILITIES, HostCall, HostReply
from tenants.base import canonical
from tenants.gates.trial.candidates import Candidate, Trial, later_ns
from tenants.gates.trial.comparing import fault_of, result_of

# The keys that lead to a place; the elements of a list share one.
Place = tuple[str, ...]
_WRONG_STATUS = 400
_GOOD_STATUS = range(200, 300)
_TROUBLED = {"rejected", "failed", "uncertain", "in_flight"}


async def tells(candidate: Candidate, usual: Any, got: Any, *, undone: bool) -> bool:
    """Whether `got` has more than `usual` in a place that is empty whenever all goes well.

    `undone`: a change was not made, and its item has to be somewhere. What could not be read may be taken for anything
    (nothing in stock, say), so without it only a place counts that an example of a bad day has filled.
    """
    before, after, named = _filled(usual), _filled(got), {place for place, _ in _texts(got, ())}
    grown = {place for place in after if after[place] > before[place] and (place in named or not before[place])}
    if not grown:
        return False
    good, bad = await _known(candidate)
    return bool((grown if undone else grown & bad) - good)


async def names_it(candidate: Candidate, case: Mapping[str, Any], usual: Any, got: Any) -> bool:
    """Whether a result names what was not done in a place of its own, not where it tells of what was done before.

    Or whether it says so by a word of its own: one that the spec's cases have for bad days only.
    """
    if await _has_a_word_for_it(candidate, got):
        return True
    if not await tells(candidate, usual, got, undone=True):
        return False
    return candidate.spec["effects"] != "idempotent" or await _beside_the_echo(candidate, case, got)


async def _has_a_word_for_it(candidate: Candidate, got: Any) -> bool:
    """Whether a single place holds a text that is there in cases of bad days, and in none of good ones."""
    good: set[tuple[Place, str]] = set()
    bad: set[tuple[Place, str]] = set()
    async for trial, result in _results(candidate):
        (bad if _is_troubled(trial) else good).update(_words(result))
    return bool(_words(got) & (bad - good))


def _words(value: Any, place: Place = ()) -> set[tuple[Place, str]]:
    """The texts of a result that stand by themselves; what a list holds are names, not words."""
    if isinstance(value, str):
        return {(place, value)} if value else set()
    inner = cast("dict[str, Any]", value).items() if isinstance(value, dict) else ()
    return {word for key, below in inner for word in _words(below, (*place, key))}


async def _beside_the_echo(candidate: Candidate, case: Mapping[str, Any], got: Any) -> bool:
    """Whether it says something that a second call does not say when the first one went well."""
    world = candidate.world(case)
    await candidate.once(case["arguments"], world, world.started_at_ns)
    world.rewind()
    again = await candidate.once(case["arguments"], world, later_ns(world), candidate.other_seed)
    return fault_of(again) is not None or await tells(candidate, result_of(again), got, undone=True)


def alters(call: HostCall) -> bool:
    """Whether a call certainly asks for a change and for nothing else."""
    alters_by = CAPABILITIES[call.capability].alters
    return bool(call.parts) and all(alters_by(call.operation, part) for part in call.parts)


def went_through(reply: HostReply) -> bool:
    """Whether the status says, of all that was asked, that it was done."""
    said = list(_statuses(reply))
    return bool(said) and all(isinstance(one, int) and one in _GOOD_STATUS for one in said)


def _statuses(reply: HostReply) -> Iterator[Any]:
    if reply.fault is not None:
        yield "failed"
    value: Any = reply.value
    items = cast("list[Any]", value) if isinstance(value, list) else [{"value": value}]
    for item in items:
        if isinstance(item, str):
            yield item
        if not isinstance(item, dict):
            continue
        said = cast("dict[str, Any]", item)
        inner: Any = said.get("value")
        yield "failed" if "fault" in said else cast("Any", inner if isinstance(inner, dict) else said).get("status")


def _is_troubled(trial: Trial) -> bool:
    return any(_is_trouble(one) for reply in trial.replies for one in _statuses(reply))


def _is_trouble(status: Any) -> bool:
    return status >= _WRONG_STATUS if isinstance(status, int) else status in _TROUBLED


async def _known(candidate: Candidate) -> tuple[set[Place], set[Place]]:
    """The places that are filled where all goes well, and those that are where something does not."""
    good: set[Place] = set()
    bad: set[Place] = set()
    async for trial, result in _results(candidate):
        (bad if _is_troubled(trial) else good).update(_filled(result))
        good |= _well(trial, result)
    return good, bad


async def _results(candidate: Candidate) -> AsyncGenerator[tuple[Trial, Any]]:
    """Every case of the spec that ends with a result, with its run."""
    for field in ("examples", "holdouts"):
        for index, case in enumerate(candidate.cases(field)):
            if "result" in case:
                yield await candidate.trial(field, index), case["result"]


def _well(trial: Trial, result: Any) -> set[Place]:
    """The places that name something of which it was said, whatever became of the others, that it went well."""
    outcomes = [one for call, reply in zip(trial.calls, trial.replies, strict=True) for one in _outcomes(call, reply)]
    well = " ".join(asked for asked, status in outcomes if status in _GOOD_STATUS or status == "sent")
    ill = " ".join(asked for asked, status in outcomes if _is_trouble(status))
    return {place for place, text in _texts(result, ()) if text and text in well and text not in ill}


def _outcomes(call: HostCall, reply: HostReply) -> Iterator[tuple[str, Any]]:
    """What was asked for, one by one, as text, and what was said to it."""
    if not alters(call):
        return
    yield from zip(map(canonical.text, call.parts), _statuses(reply), strict=False)


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Every text of a result with its place, and with the list that it is in."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from _texts(inner, (*place, key))
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            for below, text in _texts(inner, (*place, "*")):
                yield below, text
                yield place, text


def _filled(value: Any) -> Counter[Place]:
    """How much there is in each place: the length of a list, the size of a number, one for another value."""
    return Counter({place: amount for place, amount in _amounts(value, ()) if amount})


def _amounts(value: Any, place: Place) -> Iterator[tuple[Place, int]]:
    found: Counter[Place] = Counter()
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            found.update(dict(_amounts(inner, (*place, key))))
    elif isinstance(value, list):
        items = cast("list[Any]", value)
        found[place] += len(items)
        for inner in items:
            if isinstance(inner, dict | list):
                found.update(dict(_amounts(inner, (*place, "*"))))
    elif isinstance(value, int) and value > 0:
        found[place] += int(value)
    elif value and not isinstance(value, int):
        found[place] += 1
    yield from found.items()
