"""What a permit is, and what each kind of reach must say about itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.capabilities import globs
from sandbox.contract.hosts import Effect


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


class Capability(Protocol):
    """One kind of reach into the world, host side.

    `grammar` is the lines that may be written, as examples. `operations` gives each operation's effect:
    `read` may be repeated; `keyed` may be repeated when the request carries a key the receiver honours;
    `unsafe` must never be repeated unasked. `complete` spells out what permits imply. `counted` is what `at most N`
    counts.
    """

    @property
    def name(self) -> str: ...
    @property
    def counted(self) -> str: ...
    @property
    def grammar(self) -> Sequence[str]: ...
    @property
    def operations(self) -> Mapping[str, Effect]: ...
    def permit(self, line: str) -> Permit: ...
    def complete(self, permits: Sequence[Permit]) -> Sequence[Permit]: ...
    def needs(self, operation: str, payload: Mapping[str, Any]) -> list[Need]: ...
    def effect(self, operation: str, payload: Mapping[str, Any]) -> Effect: ...
    def weight(self, operation: str, payload: Mapping[str, Any]) -> int: ...
    def canonical(self, operation: str, payload: Mapping[str, Any]) -> Mapping[str, Any]: ...


class Plain:
    """What most capabilities share: the effect is the table's, a call weighs one and needs no rewriting."""

    operations: Mapping[str, Effect]
    counted = "times"

    def complete(self, permits: Sequence[Permit]) -> Sequence[Permit]:
        return permits

    def effect(self, operation: str, payload: Mapping[str, Any]) -> Effect:
        del payload
        return self.operations.get(operation, "unsafe")

    def weight(self, operation: str, payload: Mapping[str, Any]) -> int:
        del operation, payload
        return 1

    def canonical(self, operation: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        del operation
        return payload


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
