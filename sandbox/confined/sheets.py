"""One job under way: its payload goes out, its answer comes in, and its errands are run meanwhile."""

import asyncio
from typing import Any, cast

from sandbox.confined.bounds import Bounds
from sandbox.confined.errands import Errands
from sandbox.confined.messages import Answered, FromChild, Overran, Start
from sandbox.process.protocol import Broken, Message, Unpacker, WireBroken, packed
from sandbox.process.supervision import SandboxBroken

_LATE = "it takes too long"
_OVERRAN = {"RecursionError": "it is nested too deeply", "MemoryError": "it takes too much memory"}
_LOST = "it takes too much memory or time, or the process that read it ended"


class Sheet(asyncio.Protocol):
    """The parent's end of one child's socket."""

    def __init__(self, bounds: Bounds, errands: Errands | None):
        self._bounds, self._errands = bounds, errands
        self._unpacker = Unpacker(FromChild, bounds.answer_bytes)
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self.why = _LOST

    async def done(self, payload: bytes) -> bytes | None:
        """The answer; None when there will be none, and `why` says why."""
        self.say(Start(0, payload))
        patience = asyncio.get_running_loop().call_later(self._bounds.wall_ms / 1000, self._end, None, _LATE)
        try:
            return await self._answer
        finally:
            patience.cancel()

    def say(self, message: Message) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(packed(message))

    def fail(self, error: BaseException) -> None:
        """End the job with an error of ours."""
        if not self._answer.done():
            self._answer.set_exception(error)

    async def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        if self._errands is not None:
            await self._errands.close()

    def _end(self, value: bytes | None, why: str = _LOST) -> None:
        if not self._answer.done():
            self.why = why
            self._answer.set_result(value)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not asked with isinstance: uvloop's transports are asyncio's in all but name.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._unpacker.feed(data):
                self._hear(message)
        except WireBroken:
            self._end(None, "its answer is too large")

    def _hear(self, message: Any) -> None:
        if isinstance(message, Answered):
            self._end(message.value)
        elif isinstance(message, Overran):
            self._end(None, _OVERRAN.get(message.what, _LOST))
        elif isinstance(message, Broken):
            self.fail(SandboxBroken(message.what))
        elif self._errands is None or not self._errands.take(message, self):
            self._end(None)  # it asks for what this job has no need of: it is not our code any more

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._end(None)
