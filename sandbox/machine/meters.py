"""What one run sees of the world and has used of it: host calls, clock, randomness, log. Knows no WebAssembly."""

import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.contract import jsontext
from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Exhausted, Failed, Fault, Outcome, Refused, Returned
from sandbox.contract.placeholders import Placeholders

READ_NS = 1_000
"""How far each look at the clock moves it: a clock that stands still makes waiting loops spin."""
_RANDOM_BYTES_MAX = 1 << 20
SLICE_FUEL = 6_000_000
"""How much our own meter gives at once: a fraction of a millisecond to some, whatever is computed."""
ASKED_FUEL = 20_000
"""What our own meter counts for each thing asked of the host: it takes about as long as so much computing."""
_LOG_FULL = "\n[the log is full: the rest is dropped]\n"


# How the SDK begins to ask for a tag. Spelled otherwise it is a host call like any other, and one that does not exist.
_TAG_ASKED = '{"capability": "secret", "operation": "tag", "payload": {"name": '


class Stopped(Exception):  # noqa: N818  (an order, raised by a bridge to end the run at once)
    """Raised by `Bridge.host`: the instance dies now and the run ends with `outcome`."""

    def __init__(self, outcome: Outcome):
        super().__init__(outcome.kind)
        self.outcome = outcome


class Bridge(Protocol):
    """What a running instance may reach. Called on the thread that called `Instance.call`."""

    def pause(self) -> None:
        """Called with every tick, in the middle of whatever the instance does. May block while others compute."""
        ...

    def host(self, request: str) -> tuple[str, int]:
        """JSON request in; JSON reply and its elapsed_ns out. Blocks. May raise Stopped."""
        ...

    def progress(self, done: float, total: float | None, message: str | None) -> None: ...


_HINTS = {
    "fuel": "Do less work",
    "wall_ms": "Do less at once, use the batch forms",
    "memory_bytes": "Hold less at once",
    "host_calls": "Use the batch forms (send_many, claim with many keys)",
}


def exhausted(limit: str, limits: Limits) -> Exhausted:
    """The outcome of a run that used a limit up."""
    most, ceiling = getattr(limits, limit), getattr(Limits.CEILING, limit)
    hint = _HINTS.get(limit, "Make it smaller")
    hint += f", or ask for more in limits.{limit} of the spec (at most {ceiling:,})."
    return Exhausted(Fault(limit, f"The run reached its limit of {most:,} {limit}.", hint, {"limit": most}))


@dataclass(slots=True)
class Ticks:
    """How often an engine's clock has ticked."""

    count: int = 0


@dataclass(slots=True)
class Meter:
    """One run. `now_ns` is the tool's clock: it moves with the host's replies and by each look at it.

    `building`: there is no run, only a source that is imported; what belongs to a run cannot be had.
    """

    limits: Limits
    bridge: Bridge
    seed: bytes
    now_ns: int
    building: bool = False
    deadline_s: float = 0.0
    host_calls: int = 0
    stopped: Outcome | None = None
    broken: Exception | None = None
    granted: int = 0
    ticks: Ticks = field(default_factory=Ticks)
    _seen_tick: int = -1
    _draws: int = 0
    _drawn: bytes = b""
    _log: list[str] = field(default_factory=list[str])
    _log_bytes: int = 0

    def begin(self) -> None:
        """The wall time counts from here."""
        self.deadline_s = time.monotonic() + self.limits.wall_ms / 1000

    def overdue(self) -> bool:
        """Whether the run must end now: cancelled, or out of time."""
        if self.stopped is None and time.monotonic() >= self.deadline_s:
            self.stopped = exhausted("wall_ms", self.limits)
        return self.stopped is not None

    def next_slice(self) -> int:
        """Fuel that the guest may use before it asks again, counted into `granted`. Raises Stopped.

        Of one size, whatever the clock says: a run that dies has used all that it was given, the same in each repeat.
        """
        self.overdue()
        self.look()
        given = min(SLICE_FUEL, self.limits.fuel - self.granted)
        if given <= 0:
            raise Stopped(exhausted("fuel", self.limits))
        self.granted += given
        return given

    def asked(self) -> None:
        """Something was asked of the host, whose time costs fuel: as if that had been given, and used.

        Raises Stopped: a loop of such calls goes on for long before it has used up a slice.
        """
        self.granted += ASKED_FUEL
        self.look()

    def look(self) -> None:
        """Once a tick: may others compute first, must the run end? Raises Stopped."""
        if self.ticks.count != self._seen_tick and not self.overdue():
            self._seen_tick = self.ticks.count
            self.bridge.pause()
        if self.stopped is not None:
            raise Stopped(self.stopped)

    @property
    def log(self) -> str:
        return "".join(self._log)

    # What follows is what the guest imports, name by name.

    def call(self, request: str) -> str:
        """Raises Stopped when a limit is reached."""
        if request.startswith(_TAG_ASKED):
            return self._tag(request)
        self.host_calls += 1
        if self.host_calls > self.limits.host_calls:
            raise Stopped(exhausted("host_calls", self.limits))
        self._bounded("argument_bytes", request)
        reply, elapsed_ns = self.bridge.host(request)
        self._bounded("response_bytes", reply)
        self.now_ns += max(elapsed_ns, 0)
        return reply

    def _tag(self, request: str) -> str:
        """What makes a secret's placeholder this run's own; empty for no name, and while there is no run.

        Answered here, like clock and randomness: it reaches nothing, and follows from the seed when a run is repeated.
        """
        name = request[len(_TAG_ASKED) :].removesuffix("}}").strip('"')
        tag = None if self.building else Placeholders(self.seed).tag(name)
        return json.dumps({"value": tag or ""})

    def _bounded(self, limit: str, text: str) -> None:
        if len(text.encode()) > getattr(self.limits, limit):
            raise Stopped(exhausted(limit, self.limits))

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        self.bridge.progress(done, total, message)

    def write_log(self, text: str) -> bool:
        """Whether the log takes more."""
        text = text.replace("\0", "\ufffd")  # which no database of ours keeps
        room = self.limits.log_bytes - self._log_bytes
        if room < 0:
            return False
        encoded = text.encode()
        self._log_bytes += len(encoded)
        if len(encoded) <= room:
            self._log.append(text)
            return True
        self._log += [encoded[:room].decode(errors="ignore"), _LOG_FULL]
        return False

    def clock(self) -> int:
        self.now_ns += READ_NS
        return self.now_ns

    def random(self, size: int) -> bytes:
        """The next bytes of a SHA-256 counter stream over the seed. Raises Stopped for too many at once."""
        if size > _RANDOM_BYTES_MAX:
            raise Stopped(Failed(Fault("random_bytes", f"{size:,} random bytes at once are too many.")))
        while len(self._drawn) < size:
            self._drawn += hashlib.sha256(self.seed + self._draws.to_bytes(8, "little")).digest()
            self._draws += 1
        taken, self._drawn = self._drawn[:size], self._drawn[size:]
        return taken


def read_answer(answer: str, limits: Limits) -> Outcome:
    """The first character says what follows; see tool.wit. A tool may forge it, and fools only itself."""
    kind, text = answer[:1], answer[1:]
    if len(text.encode()) > limits.result_bytes:
        return exhausted("result_bytes", limits)
    if kind == "R":
        return returned(text)
    if kind == "M":
        return exhausted("memory_bytes", limits)
    fault = _read_fault(text)
    return Refused(fault) if kind == "D" else Failed(fault)


def returned(text: str) -> Returned | Failed:
    """A result, unless it is one that no caller could read."""
    try:
        jsontext.check(text)
    except jsontext.BadJson as error:
        if error.code == "too_deep":
            message = f"The result is nested deeper than {jsontext.DEPTH_MAX} levels."
            return Failed(Fault("result_depth", message, "Return flatter data."))
        return Failed(Fault("invalid_result", f"The result is not JSON: {error}.", "Return plain JSON data."))
    return Returned(text)


def _read_fault(text: str) -> Fault:
    try:
        said: dict[str, Any] = json.loads(text)
        details: dict[str, Any] = dict(said.get("details") or {})
        if jsontext.is_deep(details):
            details = {"dropped": f"The details were nested deeper than {jsontext.DEPTH_MAX} levels."}
        hint = said.get("hint")
        return Fault(str(said["code"]), str(said["message"]), None if hint is None else str(hint), details or None)
    except (ValueError, RecursionError, KeyError, AttributeError, TypeError):
        return Fault("invalid_fault", "The tool failed in a way that cannot be read.")
