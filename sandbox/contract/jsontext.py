"""JSON as it comes from outside: one reader for every door, with one limit of depth.

The same text means the same at each of them: UTF-8 without a byte order mark, finite numbers that keep every digit,
whole characters, of a name that is given twice the last value. What is nested deeper than `DEPTH_MAX` is refused by
a look at its brackets, before anything that recurses sees it.
"""

import json
import math
import re
from itertools import accumulate
from typing import Any, cast

import orjson

DEPTH_MAX = 64
"""Lists and objects within one another, the outermost counted as the first."""

_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
# What orjson would round: it knows no whole numbers beyond 64 bits. Looked for as that many zeros, once every digit is
# one: a regular expression takes twelve times as long, which was most of what a large text cost.
_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG_NUMBER = b"0" * 19
# What orjson would take for no number at all: a whole number has any length, up to what Python reads.
_ENDLESS_NUMBER = re.compile(rb"([0-9]{18})[0-9]{282,}")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class BadJson(ValueError):  # noqa: N818  (reads as a sentence where it is raised)
    """A text that is no JSON of ours. `code` is "unparsable" or "too_deep"; `position` counts bytes, where known."""

    def __init__(self, message: str, code: str = "unparsable", position: int | None = None):
        super().__init__(message)
        self.code, self.position = code, position


def read(text: bytes | str) -> Any:
    """Return the value of a JSON text. Raises BadJson."""
    raw = _raw(text)
    check_depth(raw)
    is_long = _LONG_NUMBER in raw.translate(_ZEROS)
    try:
        value: Any = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        if not is_long or not _is_json(_ENDLESS_NUMBER.sub(rb"\1", raw)):
            raise BadJson(f"{error.msg} at character {error.pos}", position=error.pos) from error
        value = None
    return _exactly(raw) if is_long else value


def read_stored(text: bytes | str) -> Any:
    """Return the value of a JSON text that is to be kept: both databases keep the same, so none has the character NUL.

    Raises BadJson.
    """
    raw = _raw(text)
    value = read(raw)
    if holds_nul(raw):
        raise BadJson("A text in it holds the character NUL, which cannot be kept")
    return value


def holds_nul(raw: bytes) -> bool:
    """Whether a text within a JSON text holds the character NUL."""
    return b"\\u0000" in raw and _NUL.search(raw) is not None


def check(text: bytes | str) -> None:
    """Raises BadJson unless this is a JSON text that `read` takes."""
    read(text)


def check_depth(text: bytes | str) -> None:
    """Raises BadJson for a text whose brackets nest too deep. Whether it is JSON at all is not looked at."""
    raw = _raw(text)
    # Most texts have fewer brackets than they might have levels.
    if raw.count(b"[") + raw.count(b"{") > DEPTH_MAX and _is_deep(raw):
        raise BadJson(f"It is nested deeper than {DEPTH_MAX} levels", "too_deep")


def is_deep(value: object) -> bool:
    """Whether a value is nested deeper than `DEPTH_MAX`. Level by level, so no value is too deep for this."""
    level = [value]
    for _ in range(DEPTH_MAX + 1):
        level = [part for one in level if isinstance(one, dict | list | tuple) for part in _parts(one)]
        if not level:
            return False
    return True


def _parts(value: Any) -> list[object]:
    return list(cast("dict[object, object]", value).values() if isinstance(value, dict) else value)


def write(value: object) -> bytes:
    """Return JSON text with no spaces. Raises ValueError or TypeError for what JSON cannot say."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a whole number beyond 64 bits, for one
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _raw(text: bytes | str) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise BadJson("It holds half a character (a lone surrogate)", position=error.start) from error


def _is_deep(raw: bytes) -> bool:
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Every second piece between quotes stands outside of texts: of those the brackets, as +1 and -1, summed up.
    steps = b"".join(raw.split(b'"')[::2]).translate(_STEPS, _NO_BRACKETS)
    return max(accumulate(memoryview(steps).cast("b"), initial=0)) > DEPTH_MAX


def _is_json(raw: bytes) -> bool:
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError:
        return False
    return True


def _exactly(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode(), parse_float=_finite)
    except BadJson:
        raise
    except ValueError as error:
        raise BadJson("A number in it has more than 4,300 digits") from error


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise BadJson(f"The number {text[:20]}... is larger than any that is taken")
    return value
