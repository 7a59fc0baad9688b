"""Secrets at the edge: a tool holds placeholders; values go in as a request leaves, and never come back."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, quote_plus

_PLACEHOLDER = re.compile(r"\{\{secret:(?P<name>[A-Za-z0-9_.-]{1,100})\}\}")
# Below this length a value is found by chance in ordinary text, and hiding it would wreck every reply.
SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Secret:
    """A value and the hosts it may be sent to: exact names, or `*.example.com` for everything below one."""

    name: str
    value: str = field(repr=False)
    hosts: tuple[str, ...]

    def may_go_to(self, host: str) -> bool:
        return any(host == bound or (bound.startswith("*.") and host.endswith(bound[1:])) for bound in self.hosts)


class Secrets(Protocol):
    """Every secret that one run's grant lets it use, by name."""

    async def all(self) -> Mapping[str, Secret]: ...


class NoSecrets:
    """For runs that have none: dry runs, gates, tests."""

    async def all(self) -> Mapping[str, Secret]:
        return {}


def names_in(value: Any) -> set[str]:
    """Every secret named by a placeholder anywhere in JSON data, object keys included."""
    if isinstance(value, str):
        return {found["name"] for found in _PLACEHOLDER.finditer(value)}
    if isinstance(value, Mapping):
        return {name for pair in value.items() for part in pair for name in names_in(part)}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return {name for part in value for name in names_in(part)}  # pyright: ignore[reportUnknownVariableType]
    return set()


def fill(value: Any, secrets: Mapping[str, Secret], written: Callable[[str], str] = str) -> Any:
    """The same data with every placeholder replaced by its value, each passed through `written` first."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: written(secrets[found["name"]].value), value)
    if isinstance(value, Mapping):
        return {fill(key, secrets, written): fill(part, secrets, written) for key, part in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [fill(part, secrets, written) for part in value]  # pyright: ignore[reportUnknownVariableType]
    return value


class Scrubber:
    """Puts the placeholder back wherever a secret, in any usual spelling, appears in what a server answered."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        spellings = {
            spelling: f"{{{{secret:{secret.name}}}}}"
            for secret in secrets
            if len(secret.value) >= SHORTEST
            for spelling in _spellings(secret.value)
        }
        self._spellings = spellings
        # The longest first: one spelling may be the beginning of another.
        longest = sorted(spellings, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest))) if longest else None

    def text(self, given: str) -> str:
        if self._pattern is None:
            return given
        return self._pattern.sub(lambda found: self._spellings[found[0]], given)

    def data(self, given: Any) -> Any:
        """The same for JSON data, object keys included."""
        if isinstance(given, str):
            return self.text(given)
        if isinstance(given, Mapping):
            return {self.text(str(key)): self.data(part) for key, part in given.items()}  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
        if isinstance(given, list):
            return [self.data(part) for part in given]  # pyright: ignore[reportUnknownVariableType]
        return given

    def content(self, given: bytes) -> bytes:
        """The same for bytes of any kind."""
        if self._pattern is None:
            return given
        return self.text(given.decode("latin-1")).encode("latin-1")


def _spellings(value: str) -> set[str]:
    raw = value.encode()
    # In base64 a value reads in three ways, by where in a group of three bytes it starts. The characters that
    # also hold bits of its neighbours are left out.
    shifted = {
        encode(b"\0" * shift + raw).decode().rstrip("=")[(0, 2, 3)[shift] : _kept(shift + len(raw))]
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
        for shift in (0, 1, 2)
    }
    plain = {value, quote(value, safe=""), quote(value), quote_plus(value), json.dumps(value)[1:-1], raw.hex()}
    return plain | {raw.decode("latin-1"), raw.hex().upper()} | {word for word in shifted if len(word) >= SHORTEST}


def _kept(length: int) -> int:
    """How many base64 characters hold only bits of the first `length` bytes."""
    return length * 8 // 6
