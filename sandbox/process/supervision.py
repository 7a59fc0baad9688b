"""What the parent does for one run or build while a worker is at it: serve its host calls, watch its time."""

import asyncio
import json
import math
import time
from contextlib import suppress
from typing import Any, BinaryIO, Protocol

from sandbox.capabilities import CAPABILITIES
from sandbox.contract import jsontext
from sandbox.contract.hosts import Host, HostCall, HostReply
from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Cancelled, Exhausted, Fault, Outcome, Trapped
from sandbox.grants import Allowance
from sandbox.machine.meters import exhausted
from sandbox.process.fair_shares import Shares
from sandbox.process.protocol import Asked, Broken, Code, Ended, Message, Progressed, Reply, Stop, end_of
from sandbox.process.worker_groups import Place

# How much longer than its limit a run may take until its worker is taken to be stuck.
_GRACE_S = 4.0
# How long a stopped run has to end. Its worker's other runs would die with it, so they buy it some more: what counts
# then is how long the worker has computed since, as it may end many at once, and on a busy machine.
_STOP_S, _STOP_BESIDE_OTHERS_S = 0.2, 5.0
_STOP_LOOK_S, _STOP_SILENT_S = 0.5, 60.0
# Twice the memory that a build may have.
_NATIVE_BYTES_MAX = 512 << 20

CRASHED = Trapped(
    Fault(
        "worker_crashed",
        "The worker process that ran this ended unexpectedly.",
        "Call it again; tell us if it repeats.",
    )
)


class SandboxBroken(RuntimeError):  # noqa: N818  (reads as a sentence)
    """Our own code failed in a worker. The message is the worker's traceback."""


class Talk:
    """One run or build on one link.

    `ended` gets the worker's last message, or None when there will be none; `finished` says that the worker is no
    longer at it.
    """

    def __init__(self, place: Place):
        self.place, self.link = place, place.link
        self.ended: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.finished = asyncio.Event()
        self.error: BaseException | None = None
        self.key = place.link.listen(self)

    async def hold(self, order: Message, patience_s: float) -> Any:
        """Say `order` and wait for the last message. None: the worker is lost, or was killed for being stuck.

        Raises UnicodeEncodeError when the order holds half a character, and what `error` was set to.
        """
        try:
            self.link.say(order)
        except UnicodeEncodeError:
            self.leave()
            raise
        patience = asyncio.get_running_loop().call_later(patience_s, self._end, None)
        try:
            await self.ended
        finally:
            patience.cancel()
            self.close()
        if self.error is not None:
            raise self.error
        return self.ended.result()

    def close(self) -> None:
        """Nobody waits any more: if the worker is still at it, it is stopped, or ended."""
        if self.finished.is_set():
            self.leave()
        else:
            burial = asyncio.ensure_future(_bury(self))
            _burials.add(burial)
            burial.add_done_callback(_burials.discard)

    def leave(self) -> None:
        self.link.forget(self.key)
        self.place.give_back()

    def hear(self, message: Any) -> None:
        if isinstance(message, Broken):
            self.error = SandboxBroken(message.what)
        self.finished.set()
        self._end(message)

    def lost(self) -> None:
        self.finished.set()
        self._end(None)

    def _end(self, message: Any) -> None:
        if not self.ended.done():
            self.ended.set_result(message)


class BuildTalk(Talk):
    """A talk with a builder. What it says of native code goes to `native`, a file without a name, as it comes."""

    def __init__(self, place: Place, native: BinaryIO):
        super().__init__(place)
        self._native = native

    def hear(self, message: Any) -> None:
        if not isinstance(message, Code):
            super().hear(message)
        elif self.ended.done() or self._native.tell() + len(message.part) > _NATIVE_BYTES_MAX:
            self.link.kill()  # it ran the tenant's code, and no tool has this much
        else:
            self._native.write(message.part)


_burials: set[asyncio.Future[None]] = set()


async def _bury(talk: Talk) -> None:
    """Have the worker stop this; if it does not within its time, end the worker."""
    talk.link.say(Stop(talk.key, end_of(Cancelled())))
    if not await _finishes(talk, _STOP_S) and not (talk.link.busy > 1 and await _finishes_beside_others(talk)):
        talk.link.kill()
    talk.leave()


async def _finishes(talk: Talk, within_s: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await talk.finished.wait()
    return talk.finished.is_set()


async def _finishes_beside_others(talk: Talk) -> bool:
    computed_s, silent_until = talk.link.computed_s(), time.monotonic() + _STOP_SILENT_S
    while talk.link.computed_s() - computed_s < _STOP_BESIDE_OTHERS_S and time.monotonic() < silent_until:
        if await _finishes(talk, _STOP_LOOK_S):
            return True
    return False


# What waits for nobody outside: a tool may wait as long as it likes for a server of its tenant's, or for a person.
_OUR_OWN = frozenset(name for name, one in CAPABILITIES.items() if one.traits.waits_for_nobody)


class Answering(Protocol):
    """Who answers a run's requests: `reply` gives the reply as JSON and how much later it is for the tool.

    What it raises ends the run, and comes out of it.
    """

    async def reply(self, seq: int, request: str) -> tuple[str, int]: ...

    def progress(self, done: float, total: float | None, message: str | None) -> None: ...


class Judged:
    """A host that hears only what the run's grant allows.

    `places`: what is answered out of our own database is answered so many at a time, shared fairly. Sixty runs that do
    nothing but ask would else fill each round of the event loop, and everybody's calls would wait for all of them.
    """

    def __init__(self, allowance: Allowance, host: Host, places: Shares | None = None, share: str = ""):
        self._allowance, self._host = allowance, host
        self._places, self._share = places, share
        self.progress = host.progress

    async def reply(self, seq: int, request: str) -> tuple[str, int]:
        call = read_request(seq, request)
        admitted = call if isinstance(call, Fault) else self._allowance.admit(call)
        reply = HostReply(fault=admitted) if isinstance(admitted, Fault) else await self._answer(admitted)
        return _reply_text(reply), reply.elapsed_ns

    async def _answer(self, call: HostCall) -> HostReply:
        if self._places is None or call.capability not in _OUR_OWN:
            return await self._host.answer(call)
        async with self._places.place(self._share):
            return await self._host.answer(call)


class RunTalk(Talk):
    """A run: each host call is counted, then answered."""

    def __init__(self, place: Place, limits: Limits, answering: Answering):
        super().__init__(place)
        self._limits, self._host = limits, answering
        self._answering: asyncio.Task[None] | None = None
        self.host_calls = 0

    def hear(self, message: Any) -> None:
        if isinstance(message, Asked):
            self._asked(message)
        elif isinstance(message, Progressed):
            self._progressed(message)
        elif isinstance(message, Ended | Broken):
            super().hear(message)

    def close(self) -> None:
        super().close()
        if self._answering is not None:
            self._answering.cancel()

    def _asked(self, asked: Asked) -> None:
        """A worker asks one thing at a time, and no more than the limit: else it is not our code any more."""
        if self._answering is not None and not self._answering.done():
            self.link.kill()
            return
        self.host_calls += 1
        if self.host_calls > self._limits.host_calls:
            self._stop(exhausted("host_calls", self._limits))
        elif len(asked.request) > self._limits.argument_bytes:
            self._stop(exhausted("argument_bytes", self._limits))
        else:
            self._answering = asyncio.create_task(self._answer(self.host_calls - 1, asked.request))

    def _progressed(self, said: Progressed) -> None:
        if not math.isfinite(said.done):
            return  # nothing that anybody could be shown
        total = said.total if said.total is not None and math.isfinite(said.total) else None
        message = None if said.message is None else said.message.replace("\0", "\ufffd")
        try:
            self._host.progress(said.done, total, message)
        except Exception as error:  # noqa: BLE001  (handed on to who waits for the run)
            self._fail(error)

    def _stop(self, outcome: Outcome) -> None:
        self.link.say(Stop(self.key, end_of(outcome)))

    def _fail(self, error: BaseException) -> None:
        """What the host raises is not the tool's to see: it ends the run and goes to the caller."""
        self.error = self.error or error
        self._end(None)

    async def _answer(self, seq: int, request: str) -> None:
        try:
            text, elapsed_ns = await self._host.reply(seq, request)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  (handed on to who waits for the run)
            self._fail(error)
            return
        if len(text) > self._limits.response_bytes:
            self._stop(exhausted("response_bytes", self._limits))
        else:
            self.link.say(Reply(self.key, text, elapsed_ns))


def read_request(seq: int, request: str) -> HostCall | Fault:
    """A tool may write anything here."""
    try:
        said: Any = jsontext.read(request)
        capability, operation, payload = said["capability"], said["operation"], said["payload"]
    except jsontext.BadJson as error:
        return Fault("malformed_request", f"The request to the host cannot be read: {error}.", _PLAIN_DATA)
    except (LookupError, TypeError):
        return _MALFORMED
    if isinstance(capability, str) and isinstance(operation, str) and isinstance(payload, dict):
        return HostCall(seq, capability, operation, payload)  # pyright: ignore[reportUnknownArgumentType]  (JSON)
    return _MALFORMED


_PLAIN_DATA = f"Send plain JSON data: finite numbers, whole characters, at most {jsontext.DEPTH_MAX} levels deep."
_MALFORMED = Fault(
    "malformed_request", "The request to the host is no JSON object with capability, operation and payload.",
    "Use the sealwright SDK's functions.",
)  # fmt: skip


def _reply_text(reply: HostReply) -> str:
    """A reply as the tool reads it. What is no plain data is the tool's to handle, not the end of its run."""
    if reply.fault is None:
        try:
            text = json.dumps({"value": reply.value}, allow_nan=False)
            if not jsontext.is_deep(reply.value):
                return text
        except (TypeError, ValueError, RecursionError):
            pass
    fault = reply.fault or _NO_PLAIN_DATA
    said = {"code": fault.code, "message": fault.message, "hint": fault.hint, "details": fault.details}
    return json.dumps({"fault": said})


_NO_PLAIN_DATA = Fault(
    "unreadable_reply",
    f"What the host got is no plain JSON data of at most {jsontext.DEPTH_MAX} levels: bytes, for one, are not.",
    "Ask for text or numbers; in SQL, hex(column) or length(column).",
)


def overtime(limits: Limits) -> float:
    """Seconds until a worker that says nothing is taken to be stuck."""
    return limits.wall_ms / 1000 + _GRACE_S


def late(limits: Limits) -> Exhausted:
    return exhausted("wall_ms", limits)
