"""Engines to the databases that people have set up: a few connections each, to vetted addresses, closed when idle."""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tenants.capabilities.addresses import Resolver, SystemResolver, place, vet
from tenants.capabilities.bound import Unable

CONNECTIONS_PER_DATABASE = 4
IDLE_S = 300.0
CONNECT_S = 5.0
_ENGINES_MAX = 100
_PORT = 5432


@dataclass(frozen=True, slots=True)
class Known:
    """A connection that somebody has set up. `folder` is the tenant's own below the operator's, for SQLite files."""

    url: str
    folder: str
    password: str = field(repr=False)

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite:")


ConnectionOf = Callable[[str, str], Awaitable[Known | None]]


@dataclass(slots=True)
class _Open:
    engine: AsyncEngine
    closing: asyncio.TimerHandle | None = None


class Databases:
    """`sqlite_dir` is where the operator lets SQLite files be, in a folder for each tenant; None: nowhere."""

    def __init__(self, sqlite_dir: Path | None = None, resolver: Resolver | None = None) -> None:
        self._sqlite_dir = sqlite_dir
        self._resolver = resolver or SystemResolver()
        self._open: OrderedDict[tuple[Any, ...], _Open] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()

    def engine(self, known: Known, internal_hosts: frozenset[str]) -> AsyncEngine:
        """For one use; it is closed when it has not been asked for in a while. Raises Unable."""
        # Everything that decides where it leads: a password that was changed is a new engine.
        key = (known, internal_hosts)
        found = self._open.get(key)
        if found is None:
            found = self._open[key] = _Open(self._server(known, internal_hosts))
            while len(self._open) > _ENGINES_MAX:
                self._close(next(iter(self._open)))
        if found.closing is not None:
            found.closing.cancel()
        found.closing = asyncio.get_running_loop().call_later(IDLE_S, self._close, key)
        self._open.move_to_end(key)
        return found.engine

    @property
    def open(self) -> int:
        """How many engines there are now."""
        return len(self._open)

    async def close(self) -> None:
        for key in list(self._open):
            self._close(key)
        await asyncio.gather(*self._closing)

    def _close(self, key: tuple[Any, ...]) -> None:
        gone = self._open.pop(key, None)
        if gone is not None:
            if gone.closing is not None:
                gone.closing.cancel()
            task = asyncio.ensure_future(gone.engine.dispose())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def file(self, known: Known) -> Path:
        """Where a SQLite file is. Raises Unable."""
        if self._sqlite_dir is None:
            raise Unable(
                "not_set_up",
                "This installation opens no SQLite files.",
                "Ask its operator to set SEALWRIGHT_SQLITE_DIR.",
            )
        home = (self._sqlite_dir / known.folder).resolve()
        path = (home / unquote(urlsplit(known.url).path.lstrip("/"))).resolve()
        # Resolved: neither dots nor a link in the folder lead out of it.
        if not path.is_relative_to(home) or not path.is_file():
            raise Unable(
                "not_found", "There is no such file in the tenant's folder.", "Ask the operator to put it there."
            )
        return path

    def _server(self, known: Known, internal_hosts: frozenset[str]) -> AsyncEngine:
        async def connect() -> Any:
            return await _connected(known, internal_hosts, self._resolver)

        return create_async_engine(
            "postgresql+asyncpg://", async_creator=connect, pool_pre_ping=True,
            pool_size=CONNECTIONS_PER_DATABASE, max_overflow=0, pool_timeout=CONNECT_S,
        )  # fmt: skip


async def _connected(known: Known, internal_hosts: frozenset[str], resolver: Resolver) -> Any:
    """A connection to the address that was vetted. Raises RefusedAddress, OSError and the driver's errors."""
    url = urlsplit(known.url)
    host, port = url.hostname or "", url.port or _PORT
    opened = place(host, port) in internal_hosts
    driver: Any = asyncpg  # it has no types
    last: Exception | None = None
    for address in await vet(host, port, resolver, opened=opened):
        try:
            # Everything is given, the empty password too: else the driver looks into our own environment.
            return await driver.connect(
                host=address,
                port=port,
                user=unquote(url.username or ""),
                password=known.password,
                database=unquote(url.path.lstrip("/")),
                ssl=_tls(host, url.query, opened=opened),
                timeout=CONNECT_S,
                statement_cache_size=0,  # poolers in between know nothing of prepared statements
                # The permit reads a backslash in quotes as itself, so the database has to.
                server_settings={"application_name": "sealwright", "standard_conforming_strings": "on"},
            )
        except (OSError, TimeoutError) as error:
            last = error
    raise last or OSError("there was no address to connect to")


def _tls(host: str, query: str, *, opened: bool) -> ssl.SSLContext | bool:
    """Checked to the name by default; `sslmode=require` gives that up, `disable` is for what the operator opened."""
    mode = parse_qs(query).get("sslmode", ["disable" if opened else "verify-full"])[-1]
    if mode == "disable" and opened:
        return False
    context = _NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.named = host
    if mode == "require":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    else:
        context.load_default_certs()
    return context


class _NamedContext(ssl.SSLContext):
    """Goes by the name, though it is an address that is connected to."""

    named = ""

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 - the standard library's signature
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        del server_hostname
        return super().wrap_bio(incoming, outgoing, server_side, self.named, session)
