"""A canned world: a real host, all in memory, for gates, dry runs and tests. It records what was done to it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from sandbox.capabilities import AMBIENT, CAPABILITIES
from sandbox.contract.hosts import HostCall, HostReply
from sandbox.contract.outcomes import Fault
from sandbox.grants import admitted
from sandbox.worlds.answers.faults import Faults
from sandbox.worlds.answers.secrets import KnownSecrets
from sandbox.worlds.clock import passed_ns
from sandbox.worlds.draws import Draws
from sandbox.worlds.names import Names
from sandbox.worlds.past.recorded import done_of
from sandbox.worlds.settings import Setting, Wait, beginning_ns
from sandbox.worlds.stages import BadDay, Deed, InvalidWorld, Proof, Stage, Trouble, fails, part
from sandbox.worlds.statements import Comparison, Seen, Statements

# The moment a world begins at that neither says one nor draws it: a Monday morning.
_BEGINS = datetime(2026, 6, 1, 9, tzinfo=UTC)
_UNKNOWN = Wait(1.2, 0.9)
# Each capability's stand-in is its module in this folder; of `secret` nothing has to be played.
STAGES: Mapping[str, type[Stage]] = {
    name: import_module(f"{__name__}.{name}").STAGE for name, one in CAPABILITIES.items() if one.operations
}
# What can go wrong with each of them.
BAD_DAYS: tuple[BadDay, ...] = tuple(day for stage in STAGES.values() for day in stage.bad_days)
# How cases state what was done: by what is not there for everybody.
STATED: Mapping[str, Statements] = {name: stage.stated for name, stage in STAGES.items() if name not in AMBIENT}
_PARTS = ("now", *(name for name in STAGES if name not in AMBIENT), "secrets", "faults")
# What can be said of the time between two calls.
MEANWHILE = ("later", *(name for name in STAGES if name not in AMBIENT), "faults")
_PLAIN_SEED = b"a plain world".ljust(32, b".")

__all__ = [
    "BAD_DAYS", "MEANWHILE", "STATED", "BadDay", "Comparison", "Deed", "Draws", "InvalidWorld", "Proof", "Seen",
    "Statements", "Trouble", "World", "done_of",
]  # fmt: skip


class World:
    """Built from an example's `world` mapping; every part may be left out. Raises InvalidWorld.

    `{"now": "2026-06-01T09:00:00Z", "http": {"GET https://host/path": {"status", "json", "when"?}},
    "email": {"rejected": {address: reason}, "unavailable": {...}, "uncertain": {...}, "senders": [domains]},
    "ledger": {"done": [keys], "in_flight": [keys]}, "kv": {"tool": {...}, "tenant": {...}},
    "files": {path: text}, "sql": {name: script}, "tools": {name: {"result" | "error", "when"?}},
    "approvals": [{"approved", "by", "comment"}], "secrets": [names],
    "faults": {"kv.get": {"code", "message"}}}`. Secrets are only named: nothing is sent, so their names stay where
    values would go.

    It is the real host with another ending: what this refuses, is too long or cannot be read, it says in the same
    words, for one reader stands before both (`sandbox.grants.admitted`, and what each capability parses with).

    It lasts: a second run in the same world meets what the first one left. `deeds` is what was done to it, `missing`
    what a tool asked for that the world has not: each as what to add.

    With `draws` its moment, waits and names are drawn as real ones are, so that a tool cannot tell that it is canned.
    `stated` is what the case says must come out, as text: a time that it holds is kept. `dated`: the case speaks of
    days, and if it does not say what day it is they are reckoned from the plain one. Without draws all is plain.
    """

    def __init__(
        self,
        given: Mapping[str, Any] | None = None,
        draws: Draws | None = None,
        stated: str = "",
        *,
        dated: bool = False,
    ):
        said = part(given, "", _PARTS)
        now = _instant(said.get("now")) or (_BEGINS if dated or draws is None else None)
        self.dated = now is not None
        self.started_at_ns = beginning_ns(now, draws, stated)
        self.seed = draws.bytes("seed") if draws else _PLAIN_SEED
        self.names = Names(draws, repr(said) if draws else "")
        self._setting = Setting(draws, self.names, self.started_at_ns, KnownSecrets(said.get("secrets")))
        self._faults = Faults(said.get("faults"))
        self.deeds: list[Deed] = []
        self._began = 0
        self.progress_made: list[tuple[float, float | None, str | None]] = []
        self._stages = {name: stage(said.get(name), self._setting) for name, stage in STAGES.items()}

    @property
    def missing(self) -> list[str]:
        return self._setting.missing

    def begin(self, at_ns: int) -> None:
        """A run begins at this moment of the tool's clock."""
        self._setting.now_ns = at_ns
        self._setting.run += 1
        self._began = len(self.deeds)
        for stage in self._stages.values():
            stage.begin()

    def amend(self, given: Mapping[str, Any] | None) -> int:
        """Have happen what happens between two runs; return how long passes, in ns of its clock.

        `{"later": "1 day", "kv": {scope: {key: value}}, "files": {path: content}, "sql": {name: statements}, "ledger":
        {"done", "in_flight", "released"}, "http" | "tools": {what is asked: its answers}, "email" | "approvals" |
        "faults": as in a world}`. A value or a file that is null is gone; what is not named stays.

        Raises InvalidWorld for what cannot be read, or cannot be as the world stands.
        """
        said = part(given, "meanwhile", MEANWHILE)
        later_ns = passed_ns(said.pop("later", None))
        if "faults" in said:
            self._faults = Faults(said.pop("faults"))
        for name, changed in said.items():
            self._stages[name].amend(changed)
        return later_ns

    @property
    def now_ns(self) -> int:
        """The moment of the tool's clock."""
        return self._setting.now_ns

    async def answer(self, call: HostCall) -> HostReply:
        reply = self._reply(call)
        # Where a stage knows itself how long it takes, that is how long: sleep, people.
        elapsed_ns = reply.elapsed_ns or self._wait_ns(call)
        self.wait(elapsed_ns)
        return HostReply(reply.value, reply.fault, elapsed_ns)

    def unmade(self, call: HostCall) -> HostReply:
        """What comes with any answer to a call, for an answer that is made up: the time it takes, and its frame."""
        stage = self._stages.get(call.capability)
        value = None if stage is None else stage.frame(call.operation, call.payload)
        elapsed_ns = self._wait_ns(call)
        self.wait(elapsed_ns)
        return HostReply(value, elapsed_ns=elapsed_ns)

    def wait(self, ns: int) -> None:
        """Time passes for the tool."""
        self._setting.now_ns += ns

    def _reply(self, call: HostCall) -> HostReply:
        stage = self._stages.get(call.capability)
        if stage is None or call.operation not in CAPABILITIES[call.capability].operations:
            return fails("not_set_up", f"This installation offers no {call.capability}.{call.operation}.")
        asked = admitted(call)
        if isinstance(asked, Fault):
            return HostReply(fault=asked)
        told = self._faults.next(asked)
        if told is not None and not told.happened:
            return HostReply(fault=told.fault)
        done: list[Deed] = []
        self._setting.call = asked
        reply = stage.answer(asked.operation, asked.payload, done)
        self.deeds += [deed._replace(what=self.names.plain(deed.what)) for deed in done]
        return reply if told is None else HostReply(fault=told.fault, elapsed_ns=reply.elapsed_ns)

    def rewind(self) -> None:
        """Let those who answer one by one begin again. What was done to the world stays done."""
        for stage in self._stages.values():
            stage.rewind()
        self._faults.rewind()

    def contents(self) -> list[Any]:
        """Return what is kept by those that are compared by it, so that two moments can be."""
        return [one for stage in self._stages.values() for one in stage.contents()]

    @property
    def lately(self) -> tuple[Deed, ...]:
        """What was done since the run began."""
        return tuple(self.deeds[self._began :])

    def done(self, capability: str, asked: Sequence[Mapping[str, Any]] = ()) -> list[Seen]:
        """What was done by a capability since the run began, as cases state it; `asked` is what the case states."""
        deeds = [deed for deed in self.lately if deed.capability == capability]
        seen = self._stages[capability].done(deeds, asked)
        return [one._replace(what=self.names.plain(one.what)) for one in seen]

    def kept(self, capability: str, place: Sequence[str]) -> Any:
        """What is kept under these names, None for nothing. Raises LookupError, which says why nobody can tell."""
        return self.names.plain(self._stages[capability].kept(place))

    def _wait_ns(self, call: HostCall) -> int:
        stage = STAGES.get(call.capability)
        return self._setting.wait_ns(call.capability, stage.wait if stage else _UNKNOWN, max(1, len(call.parts)))

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        self.progress_made.append((done, total, message))


def _instant(given: object) -> datetime | None:
    if given is None or isinstance(given, datetime):
        return given if given is None or given.tzinfo else given.replace(tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(given if isinstance(given, str) else "")
    except ValueError as error:
        raise InvalidWorld(f"world.now: {given!r} is no time such as {_BEGINS.isoformat()}.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
