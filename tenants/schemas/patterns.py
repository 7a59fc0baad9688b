"""Regular expressions of schemas, held to what an engine does in one walk over the text.

What looks around or refers back makes engines try again from every place: a megabyte took minutes. What honest schemas
do with it stands at the start (`^(?!\\s*$).+`), and says the same as several patterns that all have to hold.
"""

import re
from typing import NamedTuple

LENGTH_MAX = 1_000  # characters
STATES_MAX = 5_000
_AROUND = re.compile(r"\((?:\?<?[=!])")
_LEADING = re.compile(r"\(\?([=!])")
_BACK = re.compile(r"\\(?:[1-9]|k[<{'])")
_TIMES = re.compile(r"\{(\d{1,9})?(?:,(\d{1,9})?)?\}")
_PROPERTY = re.compile(r"\\[pP](?:\{[^{}]{0,100}\}|.)")
_UNICODE_STATES = 30  # of a class such as \p{L}, spelt in bytes


class Unlinear(ValueError):  # noqa: N818  (reads as a sentence where it is raised)
    """A pattern that takes time out of proportion. The message says what to write instead."""


class Part(NamedTuple):
    """One pattern that has to hold, or has to fail."""

    pattern: str
    holds: bool


def split(pattern: str) -> list[Part]:
    """Return patterns without look-around that together say the same. Raises Unlinear."""
    if len(pattern) > LENGTH_MAX:
        raise Unlinear(f"it has {len(pattern):,} characters, and {LENGTH_MAX:,} are allowed")
    bare = _outside_classes(pattern)
    if _BACK.search(pattern):
        raise Unlinear("it refers back to a group; name what is allowed in full")
    if not _AROUND.search(bare):
        return [Part(pattern, holds=True)]
    parts: list[Part] = []
    rest = pattern[1:]
    while pattern.startswith("^") and (found := _LEADING.match(rest)) is not None:
        end = _end_of_group(rest)
        parts.append(Part(f"^(?:{rest[3:end]})", holds=found[1] == "="))
        rest = rest[end + 1 :]
    if not parts or any(_AROUND.search(_outside_classes(one)) for one in (rest, *(part.pattern for part in parts))):
        raise Unlinear('it looks around elsewhere than at its start; write "not": {"pattern": ...} beside it')
    if _has_choice(rest):
        raise Unlinear("it looks ahead in one of several choices; put the choices in (?:...)")
    return [*parts, Part(f"^{rest}", holds=True)]


def states(pattern: str) -> int:
    """How many states an engine has to hold at once for it, at most: what stands in it, as often as it is repeated."""
    totals, last, at = [0], 0, 0
    while at < len(pattern):
        step, size = _atom(pattern, at, totals, last)
        if size is not None:
            totals[-1] += size - (last if step < 0 else 0)
            last = size
        at += abs(step)
        if totals[-1] > STATES_MAX * 1_000:
            break
    return max(1, sum(totals))


def _atom(pattern: str, at: int, totals: list[int], last: int) -> tuple[int, int | None]:
    """How many characters the next piece has, and how many states; negative where it repeats the one before it."""
    mark = pattern[at]
    if mark == "(":
        totals.append(0)
        return 1, None
    if mark == ")":
        return (1, totals.pop()) if len(totals) > 1 else (1, 1)
    if mark == "{" and (times := _TIMES.match(pattern, at)) is not None:
        return -len(times[0]), last * max(1, *(int(one or 0) for one in times.groups()))
    if mark in "\\[":
        return _class(pattern, at)
    return 1, _UNICODE_STATES // 3 if mark == "." else 1


def _class(pattern: str, at: int) -> tuple[int, int]:
    """The same for an escape and for [...]."""
    if pattern[at] == "[":
        end = _end_of_class(pattern, at)
        said = pattern[at:end]
        wide = not said.isascii() or "\\p" in said.lower() or said.startswith("[^")
        return end - at, _UNICODE_STATES if wide else 1
    if (named := _PROPERTY.match(pattern, at)) is not None:
        return len(named[0]), _UNICODE_STATES
    return 2, _UNICODE_STATES if pattern[at + 1 : at + 2] in {"W", "D", "S"} else 2


def _end_of_class(pattern: str, start: int) -> int:
    at = start + 1 + pattern.startswith("^", start + 1)
    at += pattern.startswith("]", at)
    while at < len(pattern) and pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return min(at + 1, len(pattern))


def _outside_classes(pattern: str) -> str:
    """The pattern with what is escaped or in [...] made into dots: the same length, no false brackets."""
    said: list[str] = []
    at = 0
    while at < len(pattern):
        end = at + 1
        if pattern[at] == "\\":
            end = min(at + 2, len(pattern))
        elif pattern[at] == "[":
            end = _end_of_class(pattern, at)
        said.append(pattern[at] if end == at + 1 else "." * (end - at))
        at = end
    return "".join(said)


def _end_of_group(pattern: str) -> int:
    """Where the bracket closes that `pattern` begins with. Raises Unlinear."""
    depth = 0
    for at, mark in enumerate(_outside_classes(pattern)):
        depth += (mark == "(") - (mark == ")")
        if depth == 0:
            return at
    raise Unlinear("a bracket in it does not close")


def _has_choice(pattern: str) -> bool:
    depth = 0
    for mark in _outside_classes(pattern):
        depth += (mark == "(") - (mark == ")")
        if mark == "|" and depth == 0:
            return True
    return False
