"""What all parts of a canned world share: its clock, what it draws, and what was asked of it that it has not."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from sandbox.capabilities.syntax.urls import Url
from sandbox.contract.hosts import HostCall
from sandbox.contract.outcomes import Fault
from sandbox.worlds.draws import Draws
from sandbox.worlds.names import Names

_MS = 1_000_000
_SECOND_NS = 1_000_000_000
_LAST_SECOND, _MINUTE_S = 59, 60
_NOTHING_ASKED = HostCall(0, "", "", {})


class Wait(NamedTuple):
    """How long a real host takes: the middle, and how far it spreads (sigma of a log-normal).

    Wide enough to hold a machine that is near and idle as well as one that is far away and busy. `plain_ns` is what a
    reply takes of the tool's clock where nothing is drawn.
    """

    middle_ms: float
    spread: float
    plain_ns: int = 1_000_000


class Sendable(Protocol):
    """Which secrets a world has, and where each may go."""

    def refusal(self, call: HostCall, at: int, url: Url, token_url: Url | None = None) -> Fault | None: ...


@dataclass(slots=True)
class Setting:
    """`now_ns` is the tool's time. `missing` is what to add to the world, as JSON that an author can paste.

    `call` is the one that is being answered; `run` counts the runs that the world has seen.
    """

    draws: Draws | None
    names: Names
    now_ns: int
    secrets: Sendable
    call: HostCall = _NOTHING_ASKED
    run: int = 0
    missing: list[str] = field(default_factory=list[str])
    calls: int = 0

    def wait_ns(self, capability: str, wait: Wait, parts: int = 1) -> int:
        """How long the next call takes."""
        if self.draws is None:
            return wait.plain_ns
        self.calls += 1
        return self.draws.wait_ns(capability, wait.middle_ms * _MS, wait.spread, self.calls, parts)

    def lacks(self, what: str) -> None:
        if what not in self.missing:
            self.missing.append(what)


def beginning_ns(said: datetime | None, draws: Draws | None, stated: str) -> int:
    """When a world begins: the moment that is `said`, or else one that is drawn.

    A moment that is said to the second begins somewhere within it: real ones seldom begin with it. `stated` is what
    the case says of its result; where that holds the second, the run has to end in it.

    Raises ValueError when it neither has a moment nor may draw one.
    """
    if said is None:
        if draws is None:
            raise ValueError("a world has a moment, or draws one")
        return draws.moment_ns()
    moment_ns = nanoseconds(said)
    if draws is None or moment_ns % _SECOND_NS or f"{said:%H:%M:%S}." in stated:
        return moment_ns
    seconds = moment_ns // _SECOND_NS
    if f"{said:%H:%M:%S}" in stated or str(seconds) in stated or seconds % _MINUTE_S == _LAST_SECOND:
        return moment_ns + draws.early_ns()
    return moment_ns + draws.fraction_ns()


def nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * _SECOND_NS + moment.microsecond * 1_000
