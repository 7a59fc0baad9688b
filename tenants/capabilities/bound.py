"""Whom a host call is made for, and how a capability says that it could not do what was asked."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox import Fault, HostCall, Malformed
from sandbox import admitted as read
from tenants.capabilities.secrets import NoSecrets, Secrets


class Parts(Protocol):
    """Keeps what has become of each part of a call that does many things, so that a repeat does what is missing."""

    async def once(self, call: HostCall, part: int, do: Callable[[], Awaitable[Any]], in_doubt: Any = None) -> Any:
        """Return what `do` returns, or returned when this call was made before and part `part` came to its end.

        Where it was begun and nobody knows its end, return `in_doubt`; None means that `do` may be repeated.
        """
        ...


class Unkept:
    """For runs without a journal."""

    async def once(self, call: HostCall, part: int, do: Callable[[], Awaitable[Any]], in_doubt: Any = None) -> Any:
        del call, part, in_doubt
        return await do()


@dataclass(frozen=True, slots=True)
class Bound:
    """One run, as every capability sees it. `internal_hosts` are `host:port` the operator opened for the tenant.

    `secrets` may be put into requests; `keys` are what signatures may be checked with, and nothing else.
    """

    tenant_id: str
    run_id: str
    tool_name: str
    secrets: Secrets = field(default_factory=NoSecrets)
    internal_hosts: frozenset[str] = frozenset()
    parts: Parts = field(default_factory=Unkept)
    named_hosts: frozenset[str] = frozenset()
    """Hosts that the grant names in full: a name that the tool completes may hold what it was called with."""
    keys: Secrets = field(default_factory=NoSecrets)
    person: Mapping[str, Any] | None = None
    """Who asks for it where it is no tool, as Actor.who() says it."""


Operation = Callable[[HostCall, Bound], Awaitable[Any]]


class Implementation(Protocol):
    """What a capability does in the real world, for every run of this process: its operations, by name.

    Its module in this folder is named as it is. One that needs no more than the database says `implement(database)`
    there; one that needs settings is made where these are read.
    """

    @property
    def operations(self) -> Mapping[str, Operation]: ...


class Unable(Exception):  # noqa: N818  (reads as a sentence where it is raised)
    """What was asked could not be done. The tool gets `fault` and may handle it."""

    def __init__(
        self, code: str, message: str, hint: str | None = None, details: dict[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.fault = Fault(code, message, hint, details)

    @classmethod
    def of(cls, fault: Fault) -> "Unable":
        return cls(fault.code, fault.message, fault.hint, dict(fault.details) if fault.details else None)


def malformed(message: str) -> Unable:
    return Unable.of(Malformed(message).fault)


def admitted(call: HostCall) -> HostCall:
    """A call as the one reader gives it, which stands before canned worlds too. Raises Unable for what it refuses.

    A call that was read when the run's grant admitted it is not read again.
    """
    found = read(call)
    if isinstance(found, Fault):
        raise Unable.of(found)
    return found
