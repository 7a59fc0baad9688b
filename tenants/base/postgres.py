"""How this product reaches PostgreSQL: one way to connect, a bound on every wait, and what counts as away.

A URL means what it means to libpq (sslmode and its kin, several hosts, a service file): asyncpg reads it. Nothing
waits for ever: a connection can go silent and stay open, behind a pooler that hangs or a primary that was frozen, and
then whoever waits on it waits for good, with everything else looking well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError

Connection = Any  # asyncpg has no types
_CONNECT = cast(Any, asyncpg.connect)  # pyright: ignore[reportUnknownMemberType]
CONNECT_S = 10.0
# What is asked on every call's way, or written for many at once, is small: a longer wait is a connection that is dead.
SMALL_STATEMENT_S = 5.0
# How much longer than the server we wait: it ends a slow statement itself, and then the connection is sound.
_SILENCE_S = 5.0
_IDLE_IN_TRANSACTION_S = 60
LOST: tuple[type[Exception], ...] = (
    OSError,  # TimeoutError is one
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,  # it is starting, or stopping
    asyncpg.DatabaseDroppedError,
    asyncpg.InsufficientResourcesError,  # too many connections
    asyncpg.ReadOnlySQLTransactionError,  # what was the primary is a standby now
)
# What libpq takes and the driver would hand to the server, which knows none of it.
_OF_LIBPQ_ALONE = {
    "channel_binding", "gssencmode", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
    "tcp_user_timeout", "sslcompression", "sslsni", "requirepeer", "load_balance_hosts", "fallback_application_name",
    "client_encoding", "connect_timeout",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a process's ordinary units may go: connections at once, and how long a statement may take."""

    connections_max: int = 20
    statement_s: float = 30.0


async def connect(url: str, *, statement_s: float, settings: Mapping[str, str] | None = None) -> Connection:
    """Connect to `url`. A statement longer than `statement_s` is ended by the server, or given up when that is silent.

    Raises what LOST names, and asyncpg's errors of a wrong password, name or certificate.
    """
    milliseconds = str(round(statement_s * 1_000))
    bounds = {
        "application_name": "sealwright",
        "statement_timeout": milliseconds,
        "idle_in_transaction_session_timeout": str(_IDLE_IN_TRANSACTION_S * 1_000),
    }
    return await _CONNECT(
        dsn_of(url),
        timeout=CONNECT_S,
        command_timeout=statement_s + _SILENCE_S,
        server_settings={**bounds, **(settings or {})},
    )


def dsn_of(url: str) -> str:
    """Return the URL as the driver takes it, from SQLAlchemy's form or libpq's."""
    parts = urlsplit(url)
    kept = [
        ("sslmode" if name == "ssl" else name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name not in _OF_LIBPQ_ALONE
    ]
    return urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(kept), ""))


def is_away(error: BaseException) -> bool:
    """Whether this is the database being out of reach, and no fault in what was asked of it."""
    if isinstance(error, DBAPIError):
        cause = getattr(error.orig, "__cause__", None)
        return error.connection_invalidated or isinstance(cause, LOST)
    return isinstance(error, (*LOST, NoConnectionFreeError))


def is_blocked(error: BaseException) -> bool:
    """Whether a lock was not to be had in time: somebody else holds it, and asking again is right."""
    cause = getattr(getattr(error, "orig", error), "__cause__", None) or error
    return isinstance(cause, asyncpg.LockNotAvailableError | asyncpg.DeadlockDetectedError)
