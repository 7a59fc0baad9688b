"""Progress of a running tool, to the client that asked for it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.context import ServerRequestContext

from api.mcp.surface import ProgressFn


class _Latest:
    """The newest report only: a client that reads slowly is not owed every step."""

    def __init__(self, context: ServerRequestContext[Any, Any]) -> None:
        self._context = context
        self._waiting: tuple[float, float | None, str | None] | None = None
        self._changed = asyncio.Event()

    def __call__(self, done: float, total: float | None = None, message: str | None = None) -> None:
        self._waiting = (done, total, message)
        self._changed.set()

    async def flush(self) -> None:
        if self._waiting is not None:
            report, self._waiting = self._waiting, None
            await self._context.session.report_progress(*report)

    async def pump(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.flush()


@asynccontextmanager
async def reporting(context: ServerRequestContext[Any, Any]) -> AsyncGenerator[ProgressFn | None]:
    """Give a function that reports progress, or None when the client did not ask for any."""
    if not (context.meta or {}).get("progress_token"):
        yield None
        return
    latest = _Latest(context)
    pump = asyncio.create_task(latest.pump())
    try:
        yield latest
        await latest.flush()
    finally:
        pump.cancel()
