"""What a permit is, and how permits and payloads are read."""

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.capabilities import globs
from sandbox.contract.outcomes import Fault

LENGTH_MAX = 2_000  # characters


class Unreadable(ValueError):  # noqa: N818  (it is the permit that is unreadable)
    """A permit line that says nothing we understand. It grants nothing; it is refused."""


class Malformed(ValueError):  # noqa: N818  (it is the request that is malformed)
    """A request that its operation does not take. `fault` is what its tool is told, real or canned."""

    def __init__(self, message: str, code: str = "malformed_request", hint: str | None = None) -> None:
        super().__init__(message)
        self.fault = Fault(code, message, hint)


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


def near(name: str, known: Collection[str]) -> str:
    """What to add to a sentence about a name that is not known, where it looks like one that is."""
    found = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.7)
    return f" Did you mean {found[0]!r}?" if found else ""


def demand_known(payload: Mapping[str, Any], fields: Sequence[str], what: str) -> None:
    """Nothing that a call says is taken in silence. Raises Malformed for a field that there is not."""
    unknown = min((str(name) for name in payload if name not in fields), default=None)
    if unknown is not None:
        shown = unknown[:80]
        raise Malformed(f"{what} has no {shown!r}; it has {', '.join(fields)}.{near(shown, fields)}")


def text(payload: Mapping[str, Any], name: str, longest: int | None = None) -> str:
    """A field that must be text, of 1 to `longest` characters. Raises Malformed."""
    value = payload.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"{name!r} must be a non-empty text.")
    return _whole(value, name, longest)


def texts(payload: Mapping[str, Any], name: str, longest: int | None = None) -> list[str]:
    """A field that must be a list of texts. Raises Malformed."""
    return [_text(value, name, longest) for value in listed(payload, name)]


def listed(payload: Mapping[str, Any], name: str) -> Iterable[object]:
    """A field that must be a list; what is in it is the caller's to check. Raises Malformed."""
    value: object = payload.get(name)
    if not isinstance(value, list):
        raise Malformed(f"{name!r} must be a list.")
    return value  # pyright: ignore[reportUnknownVariableType]  (its items are checked by the caller)


def mappings(payload: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A field that must be a list of objects. Raises Malformed."""
    return [_mapping(value, name) for value in listed(payload, name)]


def demand_whole(value: str, name: str) -> None:
    """Raises Malformed for a text with half a character: it has no form in which it could leave."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Malformed(f"{name!r} holds half a character (a lone surrogate).") from error


def _whole(value: str, name: str, longest: int | None) -> str:
    if longest is not None and len(value) > longest:
        raise Malformed(f"{name!r} must be a text of 1 to {longest:,} characters; this one has {len(value):,}.")
    if "\0" in value:  # PostgreSQL stores none
        raise Malformed(f"{name!r} holds the character NUL.")
    demand_whole(value, name)
    return value


def _text(value: object, name: str, longest: int | None) -> str:
    if not isinstance(value, str) or not value:
        raise Malformed(f"{name!r} must be a list of non-empty texts.")
    return _whole(value, name, longest)


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Malformed(f"{name!r} must be a list of objects.")
    return value  # pyright: ignore[reportUnknownVariableType]  (it came from JSON)
