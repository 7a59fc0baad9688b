"""Serve a web application on loopback inside the running event loop."""

import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import anyio
import uvicorn
from starlette.applications import Starlette


class _Server(uvicorn.Server):
    """A uvicorn that leaves the process's signals to the process."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def serve_app(app: Starlette, port: int = 0) -> AsyncGenerator[str]:
    """Serve `app` on 127.0.0.1 and yield its base URL. Port 0 takes a free one."""
    listener = socket.create_server(("127.0.0.1", port))
    server = _Server(
        uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    )
    async with anyio.create_task_group() as tasks:
        # The socket listens already: whoever connects before uvicorn is up waits in its backlog.
        tasks.start_soon(server.serve, [listener])
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
