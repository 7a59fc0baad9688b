"""One thread that does what it is told, in turn, and tells the event loop.

An executor's futures take two dozen locks for each thing done and are chained to the loop's own: a third of what a
short run's two commits cost the server. One thread needs a queue and one call back.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
_Job = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Callable[..., Any], tuple[Any, ...]]


class DatabaseThread:
    """Begins with the first thing to do. What is under way when the process ends without `close` is not waited for."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def do(self, work: Callable[..., T], *given: Any) -> "asyncio.Future[T]":
        """Have `work` done after all that was asked before. The future has what it returns or raises."""
        if self._thread.ident is None:
            self._thread.start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((loop, future, work, given))
        return future

    async def close(self) -> None:
        """Do what was asked before, then end."""
        if self._thread.ident is not None:
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            loop, future, work, given = job
            result, error = None, None
            try:
                result = work(*given)
            except BaseException as raised:  # noqa: BLE001 - it belongs to who waits
                error = raised
            with suppress(RuntimeError):  # the loop has ended, and nobody waits
                loop.call_soon_threadsafe(_settle, future, result, error)


def _settle(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.done():  # cancelled: nobody waits any more
        return
    future.set_result(result) if error is None else future.set_exception(error)
