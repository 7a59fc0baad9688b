"""Running the application under uvicorn, on a port that is free."""

import asyncio
import gc
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import uvicorn

from api.app import Application, create_app
from api.edge.connections import Connection
from api.settings import Settings


def free_port(host: str, wanted: int) -> int:
    """Return `wanted`, or the next port after it that nothing listens on."""
    for port in range(wanted, min(wanted + 100, 65_536)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise OSError(f"No port from {wanted} to {wanted + 99} is free on {host}.")


# Objects made before the collector looks at the young ones. A request makes hundreds, and hardly any of them in a
# cycle: by default (700) the collector would come by with every request or two.
_GARBAGE_OBJECTS = 20_000


def settle_memory() -> None:
    """Call it when everything is loaded and open: what is here now stays, and is not searched for garbage again."""
    gc.freeze()
    gc.set_threshold(_GARBAGE_OBJECTS, 20, 20)


class _Server(uvicorn.Server):
    """Requests under way get time to finish; whatever run outlasts it goes on in another process."""

    def __init__(self, config: uvicorn.Config, app: Application, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            settle_memory()
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.stop()
        await super().shutdown(sockets)


def _server(settings: Settings, on_started: Callable[[], None] = lambda: None) -> uvicorn.Server:
    app = create_app(settings)
    return _Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            # Behind a proxy the public URL comes from the settings; no header is believed.
            proxy_headers=False,
            http=Connection,
            ws="none",  # nothing here speaks it
            ssl_certfile=settings.tls_certificate,
            ssl_keyfile=settings.tls_key,
            timeout_graceful_shutdown=20,
        ),
        app,
        on_started,
    )


def serve(settings: Settings, on_started: Callable[[], None]) -> None:
    """Serve until a signal says stop; requests under way get time to finish. `on_started`: told when it answers."""
    _server(settings, on_started).run()


@asynccontextmanager
async def serving(settings: Settings) -> AsyncGenerator[asyncio.Task[None]]:
    """Serve in the background of the running event loop; ready when entered, drained when left."""
    server = _server(settings)
    task = asyncio.create_task(_run(server))
    try:
        while not server.started:
            # uvicorn offers no event to wait for; this is start-up only.
            await asyncio.wait({task}, timeout=0.05)
            if task.done():
                break
        else:
            yield task
    finally:
        server.should_exit = True
        await task


async def _run(server: uvicorn.Server) -> None:
    # uvicorn ends the process when it cannot start; beside other tasks that is an error like any other.
    try:
        await server.serve()
    except SystemExit as ended:
        raise RuntimeError("the server could not start; its reason stands above") from ended
