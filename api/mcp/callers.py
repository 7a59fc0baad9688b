"""Who the current MCP request acts for. The SDK's handlers get no place of their own to carry it in."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass

from tenants.rights.access import Actor

StillValid = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Caller:
    """An actor, and whether its token still reads tools: a stream of their changes outlives its request."""

    actor: Actor
    still_valid: StillValid


_CURRENT: ContextVar[Caller] = ContextVar("mcp_caller")


def current() -> Actor:
    """The actor of this request. Only `acting_for` sets it; outside a request this is a LookupError."""
    return _CURRENT.get().actor


def still_valid() -> StillValid:
    """Asks whether this request's token is still good, and may read tools."""
    return _CURRENT.get().still_valid


class acting_for:  # noqa: N801 - reads as a statement: `with acting_for(caller):`
    """Make `caller` the current one inside the `with` block."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def __enter__(self) -> Caller:
        self._token = _CURRENT.set(self.caller)
        return self.caller

    def __exit__(self, *exc: object) -> None:
        _CURRENT.reset(self._token)
