"""What stands for a secret inside a run: a text that only `secret()` of that run can make.

`{{secret:NAME:TAG}}`. The tag is made from the run's seed, which no tool ever sees, so that a replay makes the same one
and another run cannot. Whatever else looks like a placeholder, another run's included, is text, everywhere. Inside the
tool U+DBFF stands instead of the second colon: half a character has no UTF-8 form, so that a tool which tries to
encode, quote or hash what it holds fails there and then. The SDK writes the colon when it asks the host.
"""

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

NAME = r"[A-Za-z0-9_.-]{1,100}"
_SALT = b"sealwright placeholders of secrets"
_RUN_CHARACTERS, _NAME_CHARACTERS = 16, 32
_NAME = re.compile(NAME)
_SHOWN = re.compile(rf"\{{\{{secret:{NAME}\}}\}}")
_FORM = re.compile(rf"\{{\{{secret:(?P<name>{NAME}):(?P<tag>[0-9a-f]{{{_RUN_CHARACTERS + _NAME_CHARACTERS}}})\}}\}}")


@dataclass(frozen=True)
class Placeholders:
    """One run's placeholders, derived when the run first asks its host for something: most runs never do."""

    _seed: bytes = field(repr=False)

    @cached_property
    def run(self) -> str:
        """The part of every tag that all of them share."""
        return self._derived(b"run").hex()[:_RUN_CHARACTERS]

    @cached_property
    def _key(self) -> bytes:
        return self._derived(b"tag")

    def _derived(self, what: bytes) -> bytes:
        # HKDF (RFC 5869) with one block for each use: what a tool learns of one says nothing of the seed or the others.
        return hmac.digest(hmac.digest(_SALT, self._seed, "sha256"), what + b"\x01", "sha256")

    def tag(self, name: str) -> str | None:
        """What `secret(name)` is told by the host; None for what is no name of a secret."""
        if _NAME.fullmatch(name) is None:
            return None
        return self.run + hmac.digest(self._key, name.encode(), "sha256").hex()[:_NAME_CHARACTERS]

    def whole(self, text: object) -> str | None:
        """The name of the secret that this text, as a whole, stands for."""
        found = _FORM.fullmatch(text) if isinstance(text, str) else None
        return found["name"] if found is not None and self._is_ours(found) else None

    def after_word(self, text: str) -> tuple[str, str] | None:
        """Like `whole`, but a word such as `Bearer ` may stand before it: that word, and the name."""
        start = text.find("{{secret:")
        name = self.whole(text[start:]) if start >= 0 else None
        return (text[:start], name) if name is not None and _WORD.fullmatch(text[:start]) else None

    def touch(self, data: Any) -> bool:
        """Whether a placeholder of this run, or what is left of one, is anywhere in JSON data, keys included."""
        left = [data]
        while left:
            one = left.pop()
            if isinstance(one, str):
                if self.run in one:
                    return True
            elif isinstance(one, Mapping):
                named = cast(Mapping[str, Any], one)
                left += named.keys()
                left += named.values()
            elif isinstance(one, list):
                left += cast(list[Any], one)
        return False

    def _is_ours(self, found: re.Match[str]) -> bool:
        return hmac.compare_digest(found["tag"], self.tag(found["name"]) or "")


_WORD = re.compile(r"(?:[A-Za-z][A-Za-z0-9_-]{0,30} )?")


@dataclass(frozen=True, slots=True)
class Slot:
    """Where in a call's payload a secret goes: keys and indices from the outside in, and what stands before it."""

    path: tuple[str | int, ...]
    name: str
    before: str = ""


def shown(name: str) -> str:
    """How a placeholder is written where people read it: journals, logs, findings. It stands for nothing there."""
    return f"{{{{secret:{name}}}}}"


def is_shown(text: str) -> bool:
    """Whether a text is written as one that stands for a secret's value, which is put in later."""
    return _SHOWN.fullmatch(text) is not None


def names(slots: Iterable[Slot]) -> list[str]:
    return sorted({slot.name for slot in slots})
