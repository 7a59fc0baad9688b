"""The parent's end: one fork server, a child for each job, and what comes of it."""

import asyncio
import json
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sandbox.confined.bounds import Bounds
from sandbox.confined.errands import Errands
from sandbox.confined.messages import KILL, ORDER, PAYLOAD_BYTES, READY_BYTES, SPAWN
from sandbox.confined.sheets import Sheet
from sandbox.process import interpreters
from sandbox.process.fair_shares import Shares
from sandbox.process.worker_links import WorkerFailed

_FORK_SERVER = "sandbox.confined.forking"
_START_S = 60.0
_CHILDREN = 12
_FRAME_BYTES = 256  # what a message has around its payload, and more


@dataclass(frozen=True, slots=True)
class Answered:
    """`value` is the JSON text that the job answered: bounded, and otherwise not to be trusted."""

    value: bytes


@dataclass(frozen=True, slots=True)
class Overrun:
    """The job took too long, needed too much, or its process ended: whatever was given is too much to read."""

    why: str


Answer = Answered | Overrun


class Confinement:
    """Does the jobs of `module` in confined processes; starts the fork server with the first, and again if it is lost.

    `readable` are files or folders that the children may read, beside nothing at all.
    """

    def __init__(self, module: str, readable: Sequence[Path] = ()):
        self._told = {"module": module, "readable": [str(path.absolute()) for path in readable]}
        self._server: _ForkServer | None = None
        self._starting = asyncio.Lock()
        self._shares = Shares(_CHILDREN)

    async def call(
        self, job: str, payload: bytes, bounds: Bounds, *, tenant: str, errands: Errands | None = None
    ) -> Answer:
        """Have one job done. `payload` is JSON; `errands`: what the job may ask for on its way.

        Raises what an errand raised, WorkerFailed when no process can be started, SandboxBroken for defects of ours.
        """
        if len(payload) > PAYLOAD_BYTES - _FRAME_BYTES:
            return Overrun("it is too large")
        async with self._shares.place(tenant):
            server = await self.start()
            sheet = Sheet(bounds, errands)
            number = server.number()
            try:
                await server.spawn(number, job, bounds, sheet)
                value = await sheet.done(payload)
            finally:
                server.kill(number)
                await sheet.close()
            return Answered(value) if value is not None else Overrun(sheet.why)

    async def start(self) -> "_ForkServer":
        """The fork server, started if there is none. Raises WorkerFailed."""
        async with self._starting:
            if self._server is None or self._server.gone:
                if self._server is not None:
                    await self._server.close()
                self._server = await _ForkServer.open(self._told)
            return self._server

    @property
    def walls(self) -> Mapping[str, str]:
        """Which walls stand around the children: a name, and `active` or why it is not. Empty before the start."""
        return self._server.walls if self._server is not None else {}

    @property
    def process_id(self) -> int | None:
        """The fork server's, while there is one."""
        return self._server.process_id if self._server is not None and not self._server.gone else None

    async def close(self) -> None:
        """End the fork server, and with it every child."""
        if self._server is not None:
            await self._server.close()


class _ForkServer:
    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket):
        self._process, self._control = process, control
        self._numbers = count(1)
        self.walls: Mapping[str, str] = {}

    @classmethod
    async def open(cls, told: Mapping[str, object]) -> "_ForkServer":
        """Raises WorkerFailed."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = interpreters.start(
                _FORK_SERVER, {**told, "socket": theirs.fileno()}, theirs.fileno(), own_session=True
            )
        ours.setblocking(False)
        server = cls(process, ours)
        try:
            async with asyncio.timeout(_START_S):
                said = await asyncio.get_running_loop().sock_recv(ours, READY_BYTES)
        except BaseException:
            await server.close()
            raise
        if not said:
            await server.close()
            raise WorkerFailed("The fork server ended while it started; see its last words above.")
        server.walls = json.loads(said)
        return server

    @property
    def gone(self) -> bool:
        return self._process.poll() is not None

    @property
    def process_id(self) -> int:
        return self._process.pid

    def number(self) -> int:
        """A new one, for a child."""
        return next(self._numbers) % (1 << 32)

    async def spawn(self, number: int, job: str, bounds: Bounds, sheet: Sheet) -> None:
        """Have a child made for a job, at the other end of `sheet`."""
        ours, theirs = socket.socketpair()
        with theirs:
            order = ORDER.pack(SPAWN, number, bounds.cpu_s, bounds.memory_bytes, job.encode())
            if not self._order(order, theirs.fileno()):
                # Its socket ends at once, and whoever waits hears that the process is lost.
                self._process.kill()
        await asyncio.get_running_loop().create_unix_connection(lambda: sheet, sock=ours)

    def kill(self, number: int) -> None:
        """End a child, if it has not ended."""
        self._order(ORDER.pack(KILL, number, 0, 0, b""))

    def _order(self, frame: bytes, *descriptors: int) -> bool:
        try:
            return socket.send_fds(self._control, [frame], list(descriptors)) == len(frame)
        except OSError:
            return False  # it is gone, or has stopped listening

    async def close(self) -> None:
        self._control.close()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(self._process.wait)
