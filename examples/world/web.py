"""Serve a web application on loopback inside the running event loop, and make it fail when asked."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class _Server(uvicorn.Server):
    """A uvicorn that leaves the process's signals to the process."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def serve_app(app: ASGIApp, port: int = 0) -> AsyncGenerator[str]:
    """Serve `app` on 127.0.0.1 and yield its base URL. Port 0 takes a free one."""
    listener = _listener(port)
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


def _listener(port: int) -> socket.socket:
    # asyncio sends small answers at once only on sockets that say they are TCP; `create_server` makes ones that do not,
    # and then an answer in two parts waits 40 ms for the other side's acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


@dataclass(slots=True)
class Trouble:
    """How the next requests fail. Change it at any time, or `PUT /trouble` with the same fields.

    status: what requests whose path holds `path` and whose method is `method` (any, when empty) are answered,
    `times` times. after: whether that happens after the request took effect. truncate: cut the answer in half.
    delay_ms: every answer takes this long.
    """

    status: int = 0
    times: int = 0
    path: str = ""
    method: str = ""
    after: bool = False
    truncate: bool = False
    delay_ms: int = 0

    def strikes(self, scope: Scope) -> bool:
        if self.times <= 0 or self.path not in scope["path"] or self.method not in ("", scope["method"]):
            return False
        self.times -= 1
        return True


class Troubled:
    """An application with its trouble. `trouble` may be replaced while it serves."""

    def __init__(self, app: Starlette) -> None:
        self.trouble = Trouble()
        self.requests = 0
        self._app = app
        app.router.routes.append(Route("/trouble", self._view, methods=["GET", "PUT"]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/trouble":
            await self._app(scope, receive, send)
            return
        self.requests += 1
        await asyncio.sleep(self.trouble.delay_ms / 1000)
        trouble = self.trouble
        if not trouble.strikes(scope):
            await self._app(scope, receive, send)
            return
        content = await self._answer(scope, receive) if trouble.after or trouble.truncate else b""
        cut = Response(content[: len(content) // 2], media_type="application/json")
        refused = JSONResponse({"error": "trouble"}, trouble.status or 503)
        await (cut if trouble.truncate else refused)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> bytes:
        """Let the application answer, and keep its answer to ourselves."""
        content = bytearray()

        async def keep(message: Any) -> None:
            content.extend(message.get("body", b""))

        await self._app(scope, receive, keep)
        return bytes(content)

    async def _view(self, request: Request) -> Response:
        if request.method == "PUT":
            self.trouble = Trouble(**await request.json())
        return JSONResponse(asdict(self.trouble))
