"""Inside a confined child: it hears its job's payload, does the job, says the answer and ends."""

import asyncio
import errno
import inspect
import json
import os
import selectors
import socket
import traceback
from collections.abc import Callable
from itertools import count
from typing import Any

from sandbox.confined.messages import (
    PAYLOAD_BYTES,
    Abandon,
    Answered,
    Ask,
    Begin,
    Build,
    Built,
    Finished,
    Lint,
    Linted,
    Overran,
    Start,
    Tell,
    ToChild,
    Told,
    Unserved,
)
from sandbox.contract.components import Call, Component
from sandbox.contract.hosts import Host
from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Execution
from sandbox.grants import Grant
from sandbox.machine.forks import BuildFailed
from sandbox.process.protocol import Broken, Message, Progressed, Unpacker, outcome_of, packed
from sandbox.process.supervision import Answering, Judged

# So many runs at once, and no more are asked for: the rest wait here and not in the parent.
RUNS_AT_ONCE = 64
_READ_BYTES = 1 << 18


def new_loop() -> asyncio.AbstractEventLoop:
    """An event loop that needs no system call which is closed to a child."""
    return asyncio.SelectorEventLoop(selectors.PollSelector())


def work(job: Callable[..., Any], sock: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
    """Do one job and end the process. `job(payload)` or, when it is a coroutine function, `job(payload, desk)`."""
    desk = Desk(sock)
    try:
        value = _done(job, desk, loop)
        desk.say(Answered(0, json.dumps(value, allow_nan=False).encode()))
    except (MemoryError, RecursionError) as error:
        desk.say(Overran(0, type(error).__name__))
    except Exception as error:  # noqa: BLE001  (the top of a process)
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            desk.say(Overran(0, "MemoryError"))
            os._exit(0)
        desk.say(Broken(0, traceback.format_exc(limit=-8)[-4000:].encode("utf-8", "replace").decode()))
    os._exit(0)


def _done(job: Callable[..., Any], desk: "Desk", loop: asyncio.AbstractEventLoop) -> Any:
    start = desk.receive()
    if not isinstance(start, Start):
        os._exit(1)
    payload = json.loads(start.payload)
    if not inspect.iscoroutinefunction(job):
        return job(payload)
    asyncio.set_event_loop(loop)
    return loop.run_until_complete(desk.attended(job(payload, desk), loop))


class Desk:
    """What a job has of the world: it may tell its parent things, and have tools built, run and linted by it.

    It stands where a `Pool` stands: `fork` and `run` are those of sandbox/process/pools.py. Its runs' hosts are here.
    """

    def __init__(self, sock: socket.socket):
        self._sock = sock
        self._unpacker = Unpacker(ToChild, PAYLOAD_BYTES)
        self._heard: list[Any] = []
        self._numbers = count(1)
        self._awaited: dict[int, asyncio.Future[Any]] = {}
        self._answering: dict[int, Answering] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(RUNS_AT_ONCE)

    def say(self, message: Message) -> None:
        self._sock.sendall(packed(message))

    def tell(self, event: Any) -> None:
        """Tell the parent something, as JSON, on the way to the answer."""
        self.say(Told(0, json.dumps(event, allow_nan=False).encode()))

    def receive(self) -> Any:
        """The next message, waited for. The process ends when the parent's end is closed."""
        while not self._heard:
            data = self._sock.recv(_READ_BYTES)
            if not data:
                os._exit(1)
            self._heard = self._unpacker.feed(data)
        return self._heard.pop(0)

    async def attended(self, work: Any, loop: asyncio.AbstractEventLoop) -> Any:
        """Do `work` while the parent is listened to."""
        loop.add_reader(self._sock, self._listen)
        try:
            return await work
        finally:
            loop.remove_reader(self._sock)

    def _listen(self) -> None:
        data = self._sock.recv(_READ_BYTES)
        if not data:
            os._exit(1)
        for message in self._unpacker.feed(data):
            self._hear(message)

    def _hear(self, message: Any) -> None:
        answering = self._answering.get(message.run)
        if isinstance(message, Ask):
            if answering is not None:
                task = asyncio.ensure_future(self._answer(answering, message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        elif isinstance(message, Progressed):
            if answering is not None:
                answering.progress(message.done, message.total, message.message)
        elif (awaited := self._awaited.pop(message.run, None)) is not None and not awaited.done():
            if isinstance(message, Unserved):
                awaited.set_exception(RuntimeError("the parent could not do what the job asked for"))
            else:
                awaited.set_result(message)

    async def _answer(self, answering: Answering, ask: Ask) -> None:
        try:
            text, elapsed_ns = await answering.reply(ask.seq, ask.request)
            self.say(Tell(ask.run, text, elapsed_ns))
        except Exception as error:  # noqa: BLE001  (handed on to who waits for the run)
            awaited = self._awaited.get(ask.run)
            if awaited is not None and not awaited.done():
                awaited.set_exception(error)

    async def _asked(self, number: int, message: Message) -> Any:
        awaited = self._awaited[number] = asyncio.get_running_loop().create_future()
        self.say(message)
        try:
            return await awaited
        finally:
            self._awaited.pop(number, None)

    async def fork(self, source: str, name: str) -> Component | BuildFailed:
        """As `Pool.fork`. What comes back stands for the component: its pages stay with the parent."""
        number = next(self._numbers)
        async with self._places:
            built: Built = await self._asked(number, Build(number, source, name))
        if built.digest is None:
            return BuildFailed(built.findings)
        return Component(name, built.image, built.digest, source, number.to_bytes(8, "big"))

    async def run(self, component: Component, call: Call, *, grant: Grant, limits: Limits, host: Host) -> Execution:
        """As `Pool.run`. The grant is judged here: all that a run reaches is here as well."""
        number = next(self._numbers)
        begin = Begin(
            number, int.from_bytes(component.patch, "big"), call.arguments, call.seed, call.started_at_ns, limits
        )
        self._answering[number] = Judged(grant.allowance(call.seed), host)
        try:
            async with self._places:
                ended: Finished = await self._asked(number, begin)
        except BaseException:
            self.say(Abandon(number))
            raise
        finally:
            del self._answering[number]
        used = (ended.fuel_used, ended.memory_bytes_peak, ended.wall_ms, ended.host_calls)
        return Execution(outcome_of(ended.end), *used, ended.log, ended.meter)

    async def lint(self, source: str) -> str:
        """What ruff says of a source, as JSON text: a child can start no program."""
        number = next(self._numbers)
        linted: Linted = await self._asked(number, Lint(number, source))
        return linted.said
