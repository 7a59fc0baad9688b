"""Hosts that know the past: one that goes on from a journal, one that does nothing but give it back."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

from sandbox import Fault, Host, HostCall, HostReply
from tenants.base.errors import InvalidError
from tenants.journal.journals import Asked, Journal, NondeterministicError, difference, whole
from tenants.journal.recordings import Recording

# Handed to whoever suspends runs, not to the world.
Waiting = Callable[[Asked, int | None], Awaitable[HostReply | None]]


async def never_waits(asked: Asked, intended_at_ns: int | None) -> HostReply | None:
    """For hosts whose runs are not suspended."""
    del asked, intended_at_ns


@dataclass(slots=True)
class JournalledHost:
    """A real host behind a journal.

    `waits` is asked first for every call that the journal does not answer, with the time of its intent if it
    has one: it may answer the call itself, raise to suspend the run, or give None to let the world answer.
    """

    journal: Journal
    world: Host
    waits: Waiting = never_waits
    replayed: int = field(default=0, init=False)

    async def answer(self, call: HostCall) -> HostReply:
        asked = whole(call)
        recorded = self.journal.found(asked)
        if recorded is not None and recorded.reply is not None:
            self.replayed += 1
            return recorded.reply
        if recorded is None:
            await self.journal.admit()
        reply = await self.waits(asked, recorded.intended_at_ns if recorded else None)
        if reply is None:
            reply = await self._act(call, asked, known=recorded is not None)
        try:
            self.journal.conclude(asked, reply)
        except InvalidError as error:  # bytes, no number, nested too deep: nothing that could be kept and given back
            reply = HostReply(fault=Fault("unreadable_reply", error.message), elapsed_ns=reply.elapsed_ns)
            self.journal.conclude(asked, reply)
        return reply

    async def _act(self, call: HostCall, asked: Asked, *, known: bool) -> HostReply:
        # What journals its parts can always be entered again.
        repeats = call.in_parts or call.capability in self.journal.recorded.repeats
        if known and asked.effect == "unsafe" and not repeats:
            return HostReply(fault=_uncertain(asked))
        if not known and asked.effect != "read":
            await self.journal.intend(asked)
        began = time.monotonic_ns()
        try:
            reply = await self.world.answer(call)
        except ExceptionGroup as group:  # from the parts, which are done side by side
            raise _first(group) from group
        if reply.elapsed_ns:
            return reply
        return HostReply(reply.value, reply.fault, time.monotonic_ns() - began)

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        self.world.progress(done, total, message)


class EndOfRecordingError(Exception):
    """The recording holds no answer to this call: the run ended while it waited for it."""


@dataclass(slots=True)
class RecordedHost:
    """Answers from a recording alone; nothing reaches the world."""

    recording: Recording

    async def answer(self, call: HostCall) -> HostReply:
        """Raises EndOfRecordingError or NondeterministicError."""
        asked = whole(call)
        recorded = self.recording.calls.get((call.seq, 0))
        if recorded is None or recorded.reply is None:
            raise EndOfRecordingError
        if recorded.request_hash != asked.hash:
            raise NondeterministicError(difference(asked, recorded))
        return recorded.reply

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        del done, total, message


def _first(error: Exception) -> Exception:
    while isinstance(error, ExceptionGroup):
        error = cast(Exception, error.exceptions[0])
    return error


def _uncertain(asked: Asked) -> Fault:
    return Fault(
        "uncertain",
        f"The run was interrupted during {asked.capability}.{asked.operation}: nobody knows whether it took effect.",
        "Do not repeat it unasked; look at the other side, or ask a person.",
        {"seq": asked.seq},
    )
