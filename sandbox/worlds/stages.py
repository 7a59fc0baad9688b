"""What every stand-in of a canned world is."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from sandbox.contract.hosts import HostReply
from sandbox.contract.outcomes import Fault


class InvalidWorld(ValueError):  # noqa: N818  (reads as a sentence where it is raised)
    """A canned world that cannot be read. The message says where, and what belongs there."""


class Deed(NamedTuple):
    """Something a tool did to a world. Equal lists of deeds mean the same effects."""

    capability: str
    operation: str
    what: Mapping[str, Any]


class Stage(Protocol):
    """One capability's stand-in. It adds what was done to `deeds`."""

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply: ...


def says(value: Any) -> HostReply:
    return HostReply(value=value)


def fails(code: str, message: str, hint: str | None = None, details: Mapping[str, Any] | None = None) -> HostReply:
    return HostReply(fault=Fault(code, message, hint, details))


def mapping(given: object, where: str) -> dict[str, Any]:
    """Raises InvalidWorld."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidWorld(f"world.{where} must be an object.")
    return {str(name): value for name, value in given.items()}  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]  (parsed YAML or JSON)


def listing(given: object, where: str) -> list[Any]:
    """Raises InvalidWorld."""
    if given is None:
        return []
    if not isinstance(given, list):
        raise InvalidWorld(f"world.{where} must be a list.")
    return list(given)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]  (parsed YAML or JSON)
