"""What a confined job may have its parent do: build and run tools, have a source linted, tell what it found.

The child is believed nothing: a component is one that was built for this very job, a run gets no limit above the
platform's, and what its tool asks goes to the child and nowhere else. A child that was taken over can so do what its
author could do anyway: build tools and run them in a world of its own making.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from sandbox.confined.messages import (
    Abandon,
    Ask,
    Begin,
    Build,
    Built,
    Finished,
    Lint,
    Linted,
    Tell,
    Told,
    Unserved,
)
from sandbox.contract.components import Call, Component
from sandbox.contract.limits import InvalidLimits, Limits
from sandbox.contract.outcomes import Execution
from sandbox.machine.forks import BuildFailed
from sandbox.process.pools import Pool
from sandbox.process.protocol import Message, Progressed, end_of

_AT_ONCE_MAX = 128
_ORDERS_MAX = 200_000
_SEED_BYTES = 32
_ELAPSED_NS_MAX = 1_000_000_000 * 1_000_000_000


class Parent(Protocol):
    """Who speaks with the child."""

    def say(self, message: Message) -> None: ...
    def fail(self, error: BaseException) -> None: ...


class Errands:
    """`heard` gets what the child tells, as JSON text, and says whether that made sense; `lint` gives what a linter
    says of a source, as JSON text.
    """

    def __init__(self, pool: Pool, heard: Callable[[bytes], bool], lint: Callable[[str], Awaitable[str]] | None = None):
        self._pool, self._heard, self._lint = pool, heard, lint
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._asking: dict[int, _Relayed] = {}
        self._orders = 0
        self.components: dict[int, Component] = {}

    def built(self, source: str, name: str) -> Component | None:
        """The component that was built of exactly this source under this name, if one was."""
        return next((one for one in self.components.values() if (one.source, one.name) == (source, name)), None)

    def take(self, message: Any, parent: Parent) -> bool:
        """See to one message of the child. False: our own code would not have said this."""
        if isinstance(message, Told):
            return self._heard(message.event)
        if isinstance(message, Tell):
            relayed = self._asking.get(message.run)
            # A reply may come late: its run has ended meanwhile.
            return relayed is None or relayed.tell(message)
        if isinstance(message, Abandon):
            if (task := self._tasks.get(message.run)) is not None:
                task.cancel()
            return True
        work = self._ordered(message, parent)
        return work is not None and self._begin(message.run, parent, work)

    def _ordered(self, message: Any, parent: Parent) -> Coroutine[Any, Any, None] | None:
        if isinstance(message, Build):
            return self._build(message, parent)
        if isinstance(message, Begin):
            return self._run(message, parent)
        return self._linted(message, parent) if isinstance(message, Lint) else None

    def _begin(self, number: int, parent: Parent, work: Coroutine[Any, Any, None]) -> bool:
        self._orders += 1
        if number in self._tasks or len(self._tasks) >= _AT_ONCE_MAX or self._orders > _ORDERS_MAX:
            work.close()
            return False
        task = self._tasks[number] = asyncio.ensure_future(work)
        task.add_done_callback(lambda ended: self._ended(number, ended, parent))
        return True

    def _ended(self, number: int, task: asyncio.Task[None], parent: Parent) -> None:
        del self._tasks[number]
        if not task.cancelled() and (error := task.exception()) is not None:
            parent.fail(error)

    async def _build(self, order: Build, parent: Parent) -> None:
        built = await self._pool.fork(order.source, order.name)
        if isinstance(built, BuildFailed):
            parent.say(Built(order.run, None, "", built.findings))
            return
        self.components[order.run] = built
        parent.say(Built(order.run, built.digest, built.image))

    async def _run(self, order: Begin, parent: Parent) -> None:
        component = self.components.get(order.component)
        try:
            limits = Limits.of(order.limits.as_dict())
        except InvalidLimits:
            limits = None
        if component is None or limits is None or len(order.seed) != _SEED_BYTES:
            parent.say(Unserved(order.run))
            return
        relayed = self._asking[order.run] = _Relayed(order.run, parent)
        try:
            call = Call(order.arguments, order.seed, order.started_at_ns)
            ended = await self._pool.relay(component, call, limits=limits, answering=relayed)
        finally:
            del self._asking[order.run]
        parent.say(_finished(order.run, ended))

    async def _linted(self, order: Lint, parent: Parent) -> None:
        parent.say(Unserved(order.run) if self._lint is None else Linted(order.run, await self._lint(order.source)))

    async def close(self) -> None:
        """Nobody waits any more: stop what is under way."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def _finished(number: int, ended: Execution) -> Finished:
    used = (ended.fuel_used, ended.memory_bytes_peak, ended.wall_ms, ended.host_calls)
    return Finished(number, end_of(ended.outcome), *used, ended.log, ended.meter)


class _Relayed:
    """One run's requests, handed to the child as they are, and its replies handed back."""

    def __init__(self, number: int, parent: Parent):
        self._number, self._parent = number, parent
        self._awaited: asyncio.Future[tuple[str, int]] | None = None

    async def reply(self, seq: int, request: str) -> tuple[str, int]:
        self._awaited = asyncio.get_running_loop().create_future()
        self._parent.say(Ask(self._number, seq, request))
        return await self._awaited

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        self._parent.say(Progressed(self._number, done, total, message))

    def tell(self, said: Tell) -> bool:
        """One reply to each request."""
        if self._awaited is None or self._awaited.done():
            return False
        self._awaited.set_result((said.text, min(max(0, said.elapsed_ns), _ELAPSED_NS_MAX)))
        return True
