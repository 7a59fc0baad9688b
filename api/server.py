"""Running the application under uvicorn, on a port that is free."""

import asyncio
import gc
import logging
import socket
import ssl
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from types import FrameType

import uvicorn

from api.app import Application, create_app
from api.edge.connections import Connection
from api.settings import Settings
from api.siblings.lines import Line
from api.siblings.siblings import Siblings
from api.startup import StartError, starting


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

_GOODBYE_S = 1


def settle_memory() -> None:
    """Call it when everything is loaded and open: what is here now stays, and is not searched for garbage again."""
    gc.freeze()
    gc.set_threshold(_GARBAGE_OBJECTS, 20, 20)


class _Unsaid(logging.Filter):
    """Keeps back what uvicorn says of a start that failed: it is told once, by whoever started the server."""

    def __init__(self) -> None:
        super().__init__()
        self.reason: OSError | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, OSError):
            self.reason = record.msg
            return False
        return record.msg != "Application startup failed. Exiting."


class _Server(uvicorn.Server):
    """Requests under way get time to finish; whatever run outlasts it goes on in another process."""

    def __init__(
        self,
        config: uvicorn.Config,
        app: Application,
        on_started: Callable[[], None],
        drain_s: float,
        line: Line | None = None,
    ) -> None:
        super().__init__(config)
        self._siblings = None if line is None else Siblings(line, self._end)
        self._app = app
        self._on_started = on_started
        self._drain_s = drain_s
        self._ends_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal only says that it is to end, if there is a delay; a second one ends it at once."""
        super().handle_exit(sig, frame)
        if self._drain_s > 0 and self._ends_at is None:
            self.should_exit, self._ends_at = False, time.monotonic() + self._drain_s
            self._app.leave()

    def _end(self) -> None:
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if self._siblings is not None:
            self._siblings.tell_state(len(self.server_state.connections))
        if self._ends_at is not None and time.monotonic() >= self._ends_at:
            self.should_exit = True
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        said, unsaid = logging.getLogger("uvicorn.error"), _Unsaid()
        said.addFilter(unsaid)
        try:
            await super().startup(sockets)
        except SystemExit:
            # uvicorn ends the process; beside other tasks, and for who reads it, that is an error like any other.
            raise self._app.failure or _port_taken(self.config, unsaid.reason) from None
        finally:
            said.removeFilter(unsaid)
        if self.started:
            settle_memory()
            if self._siblings is not None:
                self._siblings.begin(self._take, self._app.join(self._siblings))
            self._on_started()

    async def _take(self, connection: socket.socket) -> None:
        """Answer a connection that the parent has accepted."""
        state = self.lifespan.state
        with suppress(OSError, ssl.SSLError):  # a client that does not get through TLS
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: Connection(config=self.config, server_state=self.server_state, app_state=state),
                connection,
                ssl=self.config.ssl,
            )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._siblings is not None:
            self._siblings.leave()
        self._app.stop()
        letting_go = asyncio.create_task(self._let_go())
        try:
            await super().shutdown(sockets)
        finally:
            letting_go.cancel()

    async def _let_go(self) -> None:
        """Over TLS a closed connection stays until its client says goodbye too. One that idles never reads that."""
        while True:
            await asyncio.sleep(_GOODBYE_S)
            for one in list(self.server_state.connections):
                transport = one.transport
                if transport.is_closing() and not transport.get_write_buffer_size():
                    transport.abort()


def _port_taken(config: uvicorn.Config, reason: OSError | None) -> StartError:
    said = reason.strerror if reason else "it is not free"
    hint = "Does another one serve there? SEALWRIGHT_HOST and SEALWRIGHT_PORT (--host, --port) say another place."
    return StartError(f"Cannot listen on {config.host}, port {config.port}: {said}.", hint)


def _server(
    settings: Settings, on_started: Callable[[], None] = lambda: None, line: Line | None = None
) -> uvicorn.Server:
    with starting():
        app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        log_config=None,  # as api/logs.py says, like everybody else
        access_log=False,
        server_header=False,
        # What a proxy says is read by api/proxies.py, from those that are trusted.
        proxy_headers=False,
        http=Connection,
        ws="none",  # nothing here speaks it
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        timeout_keep_alive=settings.keep_alive_s,
        timeout_graceful_shutdown=20,
    )
    with starting():
        for path in (settings.tls_certificate, settings.tls_key):
            if path is not None:
                path.read_bytes()  # what TLS says of a file that is not there names no file
        config.load()
    return _Server(config, app, on_started, settings.drain_s, line)


def serve(settings: Settings, on_started: Callable[[], None], line: Line | None = None) -> None:
    """Serve until a signal says stop; requests under way get time to finish. `on_started`: told when it answers.

    With a `line` connections come from there, and no port is listened on. Raises StartError.
    """
    _server(settings, on_started, line).run(None if line is None else [])


@asynccontextmanager
async def serving(settings: Settings) -> AsyncGenerator[asyncio.Task[None]]:
    """Serve in the background of the running event loop; ready when entered, drained when left."""
    server = _server(settings)
    task = asyncio.create_task(server.serve())
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
