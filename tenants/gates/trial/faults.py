"""A canned world with something wrong in it: what a host does on a bad day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from sandbox import HostCall, HostReply
from sandbox.worlds import BAD_DAYS, BadDay, Proof, Trouble, World


@dataclass
class Stagehand:
    """A host that passes calls on to a world, writes them down, and spoils those that `spoils` says."""

    world: World
    trouble: Trouble | None = None
    spoils: Callable[[HostCall], bool] = lambda _call: True
    happens: bool = False
    calls: list[HostCall] = field(default_factory=list[HostCall])
    replies: list[HostReply] = field(default_factory=list[HostReply])

    async def answer(self, call: HostCall) -> HostReply:
        self.calls.append(call)
        self.replies.append(await self._reply(call))
        return self.replies[-1]

    async def _reply(self, call: HostCall) -> HostReply:
        if self.trouble is None or not self.spoils(call):
            return await self.world.answer(call)
        # Where only the answer is garbled, what was asked has happened all the same.
        reply = await self.world.answer(call) if self.happens else self.world.unmade(call)
        spoilt = self.trouble(call, reply)
        self.world.wait(spoilt.elapsed_ns - reply.elapsed_ns)
        return spoilt

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        self.world.progress(done, total, message)


def changes(call: HostCall) -> bool:
    """Whether a call asks for something to be done, rather than to be told."""
    return call.effect != "read"


def went_wrong(reply: HostReply) -> bool:
    """Whether the other side said, without any help of ours, that it could not do it."""
    if reply.fault is not None:
        return True
    value: Any = reply.value
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return bool(items) and all(_item_went_wrong(one) for one in items)
    return _item_went_wrong({"value": value})


def _item_went_wrong(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    said = cast("dict[str, Any]", item)
    value: Any = said.get("value")
    status: Any = cast("dict[str, Any]", value).get("status") if isinstance(value, dict) else said.get("status")
    if isinstance(status, int):
        return status >= 500 or status == 429
    return "fault" in said or status in {"rejected", "failed", "uncertain"}


def bad_days(calls: Iterable[HostCall]) -> list[BadDay]:
    """Return what could go wrong with the calls a run has made, and has to be noticed."""
    return [day for day in days_for("noticed") if any(day.hits(call) for call in calls)]


def days_for(proof: Proof) -> list[BadDay]:
    """Return the bad days on which tools are held to this."""
    return [day for day in BAD_DAYS if proof in day.proofs]
