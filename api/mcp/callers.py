"""Who the current MCP request acts for. The SDK's handlers get no place of their own to carry it in."""

from contextvars import ContextVar

from tenants.access import Actor

_CURRENT: ContextVar[Actor] = ContextVar("mcp_caller")


def current() -> Actor:
    """The actor of this request. Only `acting_for` sets it; outside a request this is a LookupError."""
    return _CURRENT.get()


class acting_for:  # noqa: N801 - reads as a statement: `with acting_for(actor):`
    """Make `actor` the caller inside the `with` block."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def __enter__(self) -> Actor:
        self._token = _CURRENT.set(self.actor)
        return self.actor

    def __exit__(self, *exc: object) -> None:
        _CURRENT.reset(self._token)
