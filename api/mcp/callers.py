"""Who the current MCP request acts for. The SDK's handlers get no place of their own to carry it in."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from api.mcp.transport.exchanges import Exchange
from tenants.rights.access import Actor

StillValid = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Caller:
    """An actor, and whether its token still reads tools: a stream of their changes outlives its request."""

    actor: Actor
    still_valid: StillValid
    exchange: Exchange | None = None
    """The call of this request, where it is one that others may end, or send again."""


_CURRENT: ContextVar[Caller] = ContextVar("mcp_caller")


def current() -> Actor:
    """The actor of this request. Only `acting_for` sets it; outside a request this is a LookupError."""
    return _CURRENT.get().actor


def still_valid() -> StillValid:
    """Asks whether this request's token is still good, and may read tools."""
    return _CURRENT.get().still_valid


def exchange() -> Exchange | None:
    """The call of this request, if it is kept as one."""
    return _CURRENT.get().exchange


@contextmanager
def acting_for(caller: Caller) -> Generator[None]:
    """Make `caller` the current one inside the block."""
    token = _CURRENT.set(caller)
    try:
        yield
    finally:
        _CURRENT.reset(token)
