"""Secrets at the edge: a tool holds placeholders; values go in as a request leaves, and never come back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from sandbox import Grant, Slot, may_go_to, shown_secret
from tenants.capabilities import spellings
from tenants.capabilities.spellings import Needles

# Below this length a value is found by chance in ordinary text, and hiding it would wreck every reply.
SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Secret:
    """A value and the hosts it may be sent to: exact names, or `*.example.com` for everything below one."""

    name: str
    value: str = field(repr=False)
    hosts: tuple[str, ...]

    def may_go_to(self, host: str) -> bool:
        return may_go_to(self.hosts, host)


class Secrets(Protocol):
    """Every secret that one run's grant lets it use, by name."""

    async def all(self) -> Mapping[str, Secret]: ...


class NoSecrets:
    """For runs that have none: dry runs, gates, tests."""

    async def all(self) -> Mapping[str, Secret]:
        return {}


@dataclass(frozen=True, slots=True)
class Granted:
    """Of a tenant's secrets those that a grant names for a capability. What is not here, no mistake can give away."""

    secrets: Secrets
    grant: Grant
    capability: str = "secret"

    async def all(self) -> Mapping[str, Secret]:
        if self.capability not in self.grant.reaches:
            return {}
        held, by = await self.secrets.all(), self.capability
        return {name: secret for name, secret in held.items() if self.grant.shares(name, by)}


def fill(payload: Mapping[str, Any], slots: Iterable[Slot], secrets: Mapping[str, Secret]) -> Mapping[str, Any]:
    """The same JSON data with values in the slots and nowhere else; everything on the way to them is copied."""
    tree: dict[str | int, Any] = {}
    for slot in slots:
        inner = tree
        for step in slot.path[:-1]:
            inner = inner.setdefault(step, {})
        inner[slot.path[-1]] = slot.before + secrets[slot.name].value
    return _filled(payload, tree)


def _filled(data: Any, tree: Mapping[str | int, Any]) -> Any:
    copied: Any = dict(cast(Mapping[str, Any], data)) if isinstance(data, Mapping) else list(data)
    for step, inner in tree.items():
        copied[step] = inner if isinstance(inner, str) else _filled(copied[step], inner)
    return copied


class Scrubber:
    """Puts `{{secret:NAME}}` wherever a secret, in any spelling that `spellings` knows, appears in what a server said.

    Best effort, and no wall: it keeps a value out of a tool's sight, its log and its journal when a service repeats
    it honestly. `found` is the names of what was there. Its time is linear in what it reads.
    """

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._needles = [(secret.name, Needles.of(secret.value)) for secret in secrets if len(secret.value) >= SHORTEST]
        self.found: set[str] = set()

    def text(self, given: str) -> str:
        if not self._needles:
            return given
        read = given.encode("utf-8", "surrogatepass").decode("latin-1")
        spans = self._spans(read)
        return _without(read, spans).encode("latin-1").decode("utf-8", "replace") if spans else given

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
        """The same for bytes of any kind. A packed body that holds a secret is withheld as a whole."""
        if not self._needles:
            return given
        inside = spellings.unpacked(given)
        packed = self._spans(inside.decode("latin-1")) if inside else []
        if packed:
            return packed[0][2].encode()
        read = given.decode("latin-1")
        return _without(read, self._spans(read)).encode("latin-1")

    def _spans(self, text: str) -> list[tuple[int, int, str]]:
        """Where secrets are, and what to write there, in order."""
        spans: set[tuple[int, int, str]] = set()
        for view in spellings.views(text):
            for name, needles in self._needles:
                found = needles.spans(view.text)
                if found:
                    self.found.add(name)
                    spans |= {(start, end, shown_secret(name)) for start, end in view.source(text, found)}
        return sorted(spans)


def _without(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, instead in spans:
        if start >= at:
            pieces += (text[at:start], instead)
        at = max(at, end)
    pieces.append(text[at:])
    return "".join(pieces)
