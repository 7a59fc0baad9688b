"""What a permit is, and how permits and payloads are read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.capabilities import globs

LENGTH_MAX = 2_000  # characters


class Unreadable(ValueError):  # noqa: N818  (it is the permit that is unreadable)
    """A permit line that says nothing we understand. It grants nothing; it is refused."""


class Malformed(ValueError):  # noqa: N818  (it is the request that is malformed)
    """A request without what its operation takes."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a call asks for, and the permit line that would allow exactly that."""

    verb: str
    target: str
    line: str


class Permit(Protocol):
    """One line of a grant. `line` is its canonical text, `sentence` the same for an approver."""

    @property
    def line(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    def allows(self, need: Need) -> bool: ...
    def covers(self, other: "Permit") -> bool: ...


@dataclass(frozen=True, slots=True)
class Named:
    """A permit for things with names: a verb and a pattern. `verbs` are what the verb includes."""

    line: str
    sentence: str
    verbs: frozenset[str]
    pattern: str

    def allows(self, need: Need) -> bool:
        return need.verb in self.verbs and globs.matches(self.pattern, need.target)

    def covers(self, other: Permit) -> bool:
        return isinstance(other, Named) and other.verbs <= self.verbs and globs.covers(self.pattern, other.pattern)


def text(payload: Mapping[str, Any], name: str) -> str:
    """A field that must be text. Raises Malformed."""
    value = payload.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"{name!r} must be a non-empty text.")
    return value


def texts(payload: Mapping[str, Any], name: str) -> list[str]:
    """A field that must be a list of texts. Raises Malformed."""
    return [_text(value, name) for value in listed(payload, name)]


def listed(payload: Mapping[str, Any], name: str) -> Iterable[object]:
    """A field that must be a list; what is in it is the caller's to check. Raises Malformed."""
    value: object = payload.get(name)
    if not isinstance(value, list):
        raise Malformed(f"{name!r} must be a list.")
    return value  # pyright: ignore[reportUnknownVariableType]  (its items are checked by the caller)


def mappings(payload: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A field that must be a list of objects. Raises Malformed."""
    return [_mapping(value, name) for value in listed(payload, name)]


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{name!r} must be a list of texts.")
    return value


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Malformed(f"{name!r} must be a list of objects.")
    return value  # pyright: ignore[reportUnknownVariableType]  (it came from JSON)
