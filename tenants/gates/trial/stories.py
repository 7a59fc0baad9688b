"""Stories: cases of several calls in one world, and what happens in between. Any other case is a story of one call."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sandbox.worlds import InvalidWorld, World

Case = Mapping[str, Any]


class Moment(NamedTuple):
    """One call of a case with the time it begins at; `impossible`: why what happens before it cannot be."""

    call: Case
    at_ns: int
    impossible: str | None = None


def calls_of(case: Case) -> Sequence[Case]:
    """The calls of a case, each with what it states; of a case that is no story itself."""
    return case.get("calls", [case])


def opening(case: Case) -> Case:
    """The ordinary case that a story begins with: its first call in its world."""
    if "calls" not in case:
        return case
    return {name: case[name] for name in ("title", "world") if name in case} | dict(case["calls"][0])


def moments(case: Case, world: World) -> Iterator[Moment]:
    """Each call in turn, with the world as it is by then: whoever asks for the next one has made the one before.

    A call begins as long after the one before it as the story says, and not while that is going on.
    """
    at_ns = world.started_at_ns
    for number, call in enumerate(calls_of(case)):
        impossible = None
        if number:
            try:
                at_ns = max(at_ns + world.amend(call.get("meanwhile")), world.now_ns)
            except InvalidWorld as error:
                impossible = str(error)
        yield Moment(call, at_ns, impossible)
