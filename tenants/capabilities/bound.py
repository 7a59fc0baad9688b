"""Whom a host call is made for, and how a capability says that it could not do what was asked."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from sandbox import Fault, HostCall
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
    """One run, as every capability sees it. `internal_hosts` are `host:port` the operator opened for the tenant."""

    tenant_id: str
    run_id: str
    tool_name: str
    secrets: Secrets = field(default_factory=NoSecrets)
    internal_hosts: frozenset[str] = frozenset()
    parts: Parts = field(default_factory=Unkept)


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


def malformed(message: str) -> Unable:
    return Unable("malformed_request", message)


def mappings(payload: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A field that must be a list of objects. Raises Unable."""
    found = _list(payload, name)
    if not all(isinstance(one, Mapping) for one in found):
        raise malformed(f"{name!r} must be a list of objects.")
    return cast(list[Mapping[str, Any]], found)


def texts(payload: Mapping[str, Any], name: str, longest: int) -> list[str]:
    """A field that must be a list of texts of 1 to `longest` characters. Raises Unable."""
    return [_text(one, name, longest) for one in _list(payload, name)]


def text(payload: Mapping[str, Any], name: str, longest: int) -> str:
    """A field that must be a text of 1 to `longest` characters. Raises Unable."""
    return _text(payload.get(name), name, longest)


def _list(payload: Mapping[str, Any], name: str) -> list[object]:
    found: object = payload.get(name)
    if not isinstance(found, list):
        raise malformed(f"{name!r} must be a list.")
    return cast(list[object], found)


def _text(value: object, name: str, longest: int) -> str:
    # PostgreSQL stores no NUL.
    if not isinstance(value, str) or not 0 < len(value) <= longest or "\0" in value:
        raise malformed(f"each of {name!r} must be a text of 1 to {longest} characters.")
    return value
