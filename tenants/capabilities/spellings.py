"""How a value may be written in an answer: what to look for, and what the answer says once it is decoded.

Everything here works on bytes read as Latin-1, one character a byte, so that any body can be looked through. Decoders
are tried one after another, up to three deep, in the order of what is found most; the work is bounded by the length
of the text. It cannot see a value that was encrypted, hashed, cut, spelled as numbers or packed in a format of its
own: whoever may receive a secret must be trusted with it.
"""

import base64
import html
import re
import zlib
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

_SHORTEST_FRAGMENT = 8
_DEEPEST = 3
# Beyond the six first views, so many times the text (or this, if it is shorter) is looked through.
_TIMES, _SHORT = 12, 64 << 10
_UNPACKED_MAX = 4 << 20


@dataclass(frozen=True, slots=True)
class Decoder:
    """`mark` is a character without which there is nothing to decode."""

    mark: str
    pattern: re.Pattern[str]
    decode: Callable[[str], str]

    def view(self, text: str) -> str | None:
        """The decoded text; None where that is the same."""
        if self.mark not in text:
            return None
        decoded, times = self.pattern.subn(lambda found: self.decode(found[0]), text)
        return decoded if times else None


def _bytes(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


@cache
def _percent(found: str) -> str:
    digits = found.lstrip("%uU")
    return _bytes(chr(int(digits, 16))) if found[1] in "uU" else chr(int(digits, 16))


_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@cache
def _backslash(found: str) -> str:
    if found[1] == "x" and len(found) > 2:
        return chr(int(found[-2:], 16))  # a byte in Python and C, and in JavaScript a letter that Latin-1 has there
    if found[1] in "uU" and len(found) > 2:
        codes = [int(one.strip("{}"), 16) for one in re.split(r"\\[uU]", found)[1:]]
        if len(codes) == 2:
            return _bytes(chr(0x10000 + ((codes[0] & 0x3FF) << 10) + (codes[1] & 0x3FF)))
        return _bytes(chr(codes[0])) if codes[0] < 0x110000 else found
    if found[1].isdigit():
        return chr(int(found[1:], 8) & 0xFF)
    return _LETTERS.get(found[1], found[1])


@cache
def _entity(found: str) -> str:
    return _bytes(html.unescape(found))


_HEX = "[0-9a-fA-F]"
_DECODERS = (
    Decoder(
        "\\",
        re.compile(
            rf"\\u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}}|\\u{_HEX}{{4}}|\\u\{{{_HEX}{{1,6}}\}}"
            rf"|\\U{_HEX}{{8}}|\\x{_HEX}{{2}}|\\[0-7]{{1,3}}|\\[^\r\n]"
        ),
        _backslash,
    ),
    Decoder("%", re.compile(rf"%{_HEX}{{2}}|%[uU]{_HEX}{{4}}"), _percent),
    Decoder("&", re.compile(rf"&#[0-9]{{1,7}};?|&#[xX]{_HEX}{{1,6}};?|&[A-Za-z][A-Za-z0-9]{{1,31}};"), _entity),
    Decoder("=", re.compile(rf"=\r?\n|={_HEX}{{2}}"), lambda found: "" if "\n" in found else chr(int(found[1:], 16))),
    # Base64 and headers are broken into lines.
    Decoder("\n", re.compile(r"[\r\n]+[\t ]*"), lambda found: ""),  # noqa: ARG005 - nothing is left of it
)


@dataclass(frozen=True, slots=True)
class View:
    """What a text says after some decoders, in their order."""

    text: str
    through: tuple[Decoder, ...] = ()

    def source(self, original: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Where in the original text the spans of this view come from."""
        maps: list[_Map] = []
        for decoder in self.through:
            maps.append(_Map.of(original, decoder))
            original = maps[-1].decoded
        found = list(spans)
        for one in reversed(maps):
            found = [one.source(start, end) for start, end in found]
        return found


def views(text: str) -> Iterator[View]:
    """The text itself, then what it says decoded: by each decoder alone first, then by several."""
    yield View(text)
    left = _TIMES * max(len(text), _SHORT)
    seen = {text}
    waiting = deque([View(text)])
    while waiting:
        before = waiting.popleft()
        for decoder in _DECODERS:
            if before.through and left <= 0:
                return
            decoded = decoder.view(before.text)
            if before.through:
                left -= len(before.text)
            if decoded is not None and decoded not in seen:
                seen.add(decoded)
                view = View(decoded, (*before.through, decoder))
                yield view
                if len(view.through) < _DEEPEST:
                    waiting.append(view)


@dataclass(slots=True)
class _Map:
    """A decoded text, and for each place where something was decoded where that stood before."""

    decoded: str
    starts: list[int]
    ends: list[int]
    sources: list[tuple[int, int]]

    @classmethod
    def of(cls, text: str, decoder: Decoder) -> "_Map":
        starts: list[int] = []
        ends: list[int] = []
        sources: list[tuple[int, int]] = []
        pieces: list[str] = []
        at = length = 0
        for found in decoder.pattern.finditer(text):
            decoded = decoder.decode(found[0])
            pieces += (text[at : found.start()], decoded)
            length += found.start() - at
            starts.append(length)
            length += len(decoded)
            ends.append(length)
            sources.append(found.span())
            at = found.end()
        pieces.append(text[at:])
        return cls("".join(pieces), starts, ends, sources)

    def source(self, start: int, end: int) -> tuple[int, int]:
        return self._of(start)[0], self._of(end - 1)[1]

    def _of(self, place: int) -> tuple[int, int]:
        """Where one character comes from: the beginning and the end of what it was decoded from."""
        index = bisect_right(self.starts, place) - 1
        if index < 0:
            return place, place + 1
        if place < self.ends[index]:
            return self.sources[index]
        before = self.sources[index][1] + place - self.ends[index]
        return before, before + 1


@dataclass(frozen=True, slots=True)
class Needles:
    """What to look for: `exact` as it is; `anycase` in lower case, in a text in lower case."""

    exact: frozenset[str]
    anycase: frozenset[str]

    @classmethod
    def of(cls, value: str) -> "Needles":
        raw = value.encode()
        wide = [value.encode(encoding) for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")]
        back = value[::-1].encode()
        plain = [raw, raw[::-1], back, raw.replace(b" ", b"+"), value.upper().encode(), value.lower().encode(), *wide]
        plain += [value.encode("latin-1")] if all(letter <= "\xff" for letter in value) else []
        packed = (raw, raw[::-1], back, *wide[:2])
        anycase = {one.decode("latin-1").lower() for one in plain} | {one.hex() for one in packed}
        once = {fragment for one in packed for fragment in _in_base64(one)}
        twice = {fragment for one in _in_base64(raw) for fragment in _in_base64(one.encode())}
        return cls(frozenset(once | twice), frozenset(anycase))

    def spans(self, text: str) -> list[tuple[int, int]]:
        lower = text.lower()
        found = [span for needle in self.anycase for span in _all(lower, needle)]
        return found + [span for needle in self.exact for span in _all(text, needle)]


def _all(text: str, needle: str) -> Iterator[tuple[int, int]]:
    at = text.find(needle)
    while at >= 0:
        yield at, at + len(needle)
        at = text.find(needle, at + len(needle))


def _in_base64(raw: bytes) -> set[str]:
    """The value reads in three ways, by where in a group of three bytes it starts.

    The characters that also hold bits of its neighbours are left out.
    """
    fragments = {
        encode(b"\0" * shift + raw).decode()[(0, 2, 3)[shift] : (shift + len(raw)) * 8 // 6]
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
        for shift in (0, 1, 2)
    }
    return {fragment for fragment in fragments if len(fragment) >= _SHORTEST_FRAGMENT}


def unpacked(content: bytes) -> bytes | None:
    """What a gzip or zlib body holds, its beginning at least; None for any other."""
    if content[:2] not in {b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"}:
        return None
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(content, _UNPACKED_MAX)
    except zlib.error:
        return None
