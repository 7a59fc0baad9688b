"""One run's journal while it goes on: what was recorded is given back, what is new is written before it counts."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox import Effect, Fault, HostCall, HostReply, Slot
from tenants.base import canonical
from tenants.journal.recordings import Recorded, Recording, text_of
from tenants.journal.redaction import redact
from tenants.journal.writer import Writer
from tenants.journal.writes import INTENT, OUTCOME, Entry, weight


class NondeterministicError(Exception):
    """A replayed run asked for something else than it did the first time. `fault` says what."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked at one place of a run: a whole call (item 0), or one part of it (from 1)."""

    seq: int
    item: int
    capability: str
    operation: str
    effect: Effect
    payload: Mapping[str, Any]
    secrets: tuple[Slot, ...] = ()

    @property
    def hash(self) -> str:
        return canonical.digest([self.capability, self.operation, self.payload])

    @property
    def kept(self) -> str:
        return canonical.plain(redact(self.payload, self.secrets))


@dataclass(slots=True)
class Journal:
    """`fence` is the run's at the time it was claimed: with an older one, nothing can be written."""

    tenant_id: str
    run_id: str
    fence: int
    writer: Writer
    recorded: Recording = field(default_factory=Recording)
    # Raises what ends a run of which so many bytes are recorded, before its next call.
    demand_room: Callable[[int], Awaitable[None]] | None = None
    _bytes: int = 0
    _broken: BaseException | None = None
    _last: "asyncio.Future[None] | None" = None

    async def admit(self) -> None:
        """Make sure that one more call can be recorded. Raises what `demand_room` does."""
        if self.demand_room is not None:
            await self.demand_room(self.recorded.bytes + self._bytes)

    def found(self, asked: Asked) -> Recorded | None:
        """What was recorded at this place. Raises NondeterministicError when it was something else."""
        recorded = self.recorded.calls.get((asked.seq, asked.item))
        if recorded is not None and recorded.request_hash != asked.hash:
            raise NondeterministicError(difference(asked, recorded))
        return recorded

    async def intend(self, asked: Asked) -> None:
        """Record that this is about to be done. Everything recorded before it is durable too, afterwards."""
        await self._write(asked, INTENT, None)
        self._check()

    def conclude(self, asked: Asked, reply: HostReply) -> None:
        """Record what came of it. It is durable at the latest when the next intent is, or when `settled` returns."""
        future = self._write(asked, OUTCOME, reply)
        future.add_done_callback(self._note)
        self._last = future

    async def settled(self) -> None:
        """Wait until everything concluded so far is durable. Raises what kept it from being so."""
        if self._last is not None:
            await asyncio.wait({self._last})
        self._check()

    async def once(self, call: HostCall, part: int, do: Callable[[], Awaitable[Any]], in_doubt: Any = None) -> Any:
        """Do one part of a call unless it was done; give `in_doubt` when nobody can know. See capabilities.Parts."""
        effect: Effect = "keyed" if in_doubt is None else "unsafe"
        # What the part is stands in the call's own request, whose hash has been compared.
        asked = Asked(call.seq, part + 1, call.capability, call.operation, effect, {"part": part})
        recorded = self.found(asked)
        if recorded is not None and recorded.reply is not None:
            return recorded.reply.value
        if recorded is None:
            await self.intend(asked)
        again = in_doubt is None or call.capability in self.recorded.repeats
        value = await do() if recorded is None or again else in_doubt
        self.conclude(asked, HostReply(value=value))
        return value

    def _write(self, asked: Asked, phase: int, reply: HostReply | None) -> "asyncio.Future[None]":
        # The request is kept once: in the first row, which for a read is its outcome.
        first = phase == INTENT or (asked.effect == "read" and (asked.seq, asked.item) not in self.recorded.calls)
        said = None if reply is None else text_of(reply)
        entry = Entry(
            self.tenant_id,
            self.run_id,
            self.fence,
            asked.seq,
            asked.item,
            phase,
            asked.capability,
            asked.operation,
            asked.effect,
            asked.hash,
            asked.kept if first else None,
            said,
            0 if reply is None else reply.elapsed_ns,
            time.time_ns(),
            said is not None and "uncertain" in said,
        )
        self._bytes += weight(entry)
        return self.writer.submit(entry)

    def _note(self, future: "asyncio.Future[None]") -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            self._broken = self._broken or error

    def _check(self) -> None:
        if self._broken is not None:
            raise self._broken


def difference(asked: Asked, recorded: Recorded) -> Fault:
    """The fault of a replay that left the path, with both requests side by side."""
    before = f"{recorded.capability}.{recorded.operation}"
    after = f"{asked.capability}.{asked.operation}"
    return Fault(
        "nondeterministic",
        f"Replaying the run, call {asked.seq} asked for {after} with other contents than the {before} of its journal.",
        "The journal and the component do not belong together, or the host's interface has changed.",
        {
            "seq": asked.seq,
            "recorded": {"call": before, "request": recorded.request, "hash": recorded.request_hash},
            "asked": {"call": after, "request": asked.kept, "hash": asked.hash},
        },
    )


def whole(call: HostCall) -> Asked:
    return Asked(call.seq, 0, call.capability, call.operation, call.effect, call.payload, call.secrets)
