"""The parent's end of one worker process: spawn it, speak with it, and end it when it does not listen."""

import asyncio
import math
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from typing import Any, Protocol, cast

from sandbox.process import interpreters
from sandbox.process.protocol import Message, Ready, ToParent, Unpacker, WireBroken, packed

_WORKER = "sandbox.worker.main"
_START_S = 60.0


class Listener(Protocol):
    """Who speaks with a worker about one run or build."""

    def hear(self, message: Any) -> None: ...
    def lost(self) -> None: ...


class WorkerFailed(RuntimeError):  # noqa: N818  (reads as a sentence)
    """A worker process could not be started. The message holds what it said."""


class Link(asyncio.Protocol):
    """One worker. `busy` counts what it is at; `gone` is set once it takes no more."""

    def __init__(self) -> None:
        self._unpacker = Unpacker(ToParent)
        self._listeners: dict[int, Listener] = {}
        self._transport: asyncio.Transport | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._ready: asyncio.Future[Mapping[str, str]] = asyncio.get_running_loop().create_future()
        self._last = 0
        self._unsaid: list[bytes] = []
        self.gone = asyncio.Event()
        self.walls: Mapping[str, str] = {}

    @classmethod
    async def open(cls, told: Mapping[str, Any]) -> "Link":
        """Start a worker and wait until it is ready. Raises WorkerFailed."""
        ours, theirs = socket.socketpair()
        link = cls()
        with theirs:
            link._process = interpreters.start(
                _WORKER, {**told, "socket": theirs.fileno()}, theirs.fileno(), own_session=False
            )
        await asyncio.get_running_loop().create_unix_connection(lambda: link, sock=ours)
        try:
            async with asyncio.timeout(_START_S):
                link.walls = await link._ready
        except BaseException:
            await link.close()
            raise
        return link

    @property
    def process_id(self) -> int:
        return self._process.pid if self._process is not None else 0

    def computed_s(self) -> float:
        """Seconds that the worker's threads have computed so far."""
        try:
            return time.clock_gettime((~self.process_id << 3) | 2)  # its clock, as clock_getcpuclockid names it
        except OSError:
            return math.inf  # it is gone, or this is no Linux

    @property
    def busy(self) -> int:
        return len(self._listeners)

    def listen(self, listener: Listener) -> int:
        """A new number for a run or a build."""
        self._last += 1
        self._listeners[self._last] = listener
        return self._last

    def forget(self, key: int) -> None:
        self._listeners.pop(key, None)

    def say(self, message: Message) -> None:
        """What is said in one turn of the event loop leaves together: each time costs a system call and a wake-up."""
        self._unsaid.append(packed(message))
        if len(self._unsaid) == 1:
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        frames, self._unsaid = b"".join(self._unsaid), []
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(frames)

    def kill(self) -> None:
        """End the process now; whoever listens is told that it is lost."""
        self.gone.set()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        if self._transport is not None:
            self._transport.abort()

    async def close(self) -> None:
        """End the process and wait for its end."""
        self.kill()
        if self._process is not None:
            await asyncio.to_thread(self._process.wait)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not asked with isinstance: uvloop's transports are asyncio's in all but name.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._unpacker.feed(data):
                self._hear(message)
        except WireBroken:
            self.kill()  # whoever speaks like this is not our code any more

    def _hear(self, message: Any) -> None:
        if isinstance(message, Ready):
            if not self._ready.done():
                self._ready.set_result(message.active)
        elif message.run in self._listeners:
            self._listeners[message.run].hear(message)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.kill()
        if not self._ready.done():
            self._ready.set_exception(
                WorkerFailed("A sandbox worker ended while it started; see its last words above.")
            )
            self._ready.exception()  # who waits for it hears of it; perhaps nobody does any more
        for listener in list(self._listeners.values()):
            listener.lost()
