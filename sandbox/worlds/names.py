"""The names that a canned world gives to what is done in it: messages, links, people.

A tool sees drawn ones, as real ones look. An author cannot know those, so a case states plain ones, and what comes out
of a run is read with the plain ones in the drawn ones' places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

from sandbox.worlds.draws import Draws

NOBODY = "nobody"


@dataclass(slots=True)
class Names:
    """Without draws every name is the plain one. `given` is the world as its author wrote it, as text."""

    draws: Draws | None = None
    given: str = ""
    _plain: dict[str, str] = field(default_factory=dict[str, str])

    def message(self, number: int, sender: object) -> str:
        plain = f"message-{number}"
        return plain if self.draws is None else self._noted(self.draws.message(number, str(sender or "")), plain)

    def link(self, path: str, at_ns: int, expires_s: object) -> str:
        plain = f"https://files.example/{quote(path)}?expires_s={expires_s}"
        if self.draws is None:
            return plain
        return self._noted(self.draws.link(path, at_ns, int(expires_s) if isinstance(expires_s, int) else 0), plain)

    def person(self) -> str:
        """Who answers where the world does not say it."""
        if self.draws is None:
            return NOBODY
        drawn = (self.draws.person(number) for number in range(100))
        return self._noted(next(name for name in drawn if name not in self.given), NOBODY)

    @property
    def drawn(self) -> bool:
        """Whether any name has been drawn."""
        return bool(self._plain)

    def plain(self, value: Any) -> Any:
        """JSON data with the plain names where the drawn ones were."""
        if not self._plain:
            return value
        if isinstance(value, str):
            for drawn, plain in self._plain.items():
                value = value.replace(drawn, plain)
            return value
        if isinstance(value, bytes):
            for drawn, plain in self._plain.items():
                value = value.replace(drawn.encode(), plain.encode())
            return value
        if isinstance(value, list | tuple):
            return [self.plain(one) for one in cast("Sequence[Any]", value)]
        if isinstance(value, Mapping):
            return {self.plain(name): self.plain(one) for name, one in cast("Mapping[str, Any]", value).items()}
        return value

    def _noted(self, drawn: str, plain: str) -> str:
        self._plain[drawn] = plain
        return drawn
