"""Patterns with `*`: at the end it stands for everything, elsewhere for one piece between slashes.

No regular expression: those go back and try again, and here both the pattern and the text are a stranger's. Each part
between two stars is looked for from the places that the part before it can end at; of those between the same two
slashes only the first counts, because whatever a later one reaches it reaches too.
"""

import re
from bisect import bisect_left
from itertools import pairwise

STARS_MAX = 16
# An encoded slash stays inside its piece for us, yet a server may take it for a real one.
_SLASH = re.compile(r"/|%2F|%5C")


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits. Takes time in the text's length times the number of stars, at most."""
    body, everything = (pattern[:-1], True) if pattern.endswith("*") else (pattern, False)
    first, *parts = body.split("*")
    if not text.startswith(first):
        return False
    if not parts:
        return everything or text == first
    slashes = [found.start() for found in _SLASH.finditer(text)]
    ends = [len(first)]
    for part in parts[:-1] if not everything else parts:
        ends = _ends(part, text, ends, slashes)
        if not ends:
            return False
    if everything:
        return True
    last = len(text) - len(parts[-1])
    return text.endswith(parts[-1]) and any(end <= last <= _reach(end, text, slashes) for end in ends)


def _ends(part: str, text: str, starts: list[int], slashes: list[int]) -> list[int]:
    """Where `part` can end, when a star of one piece stands before it: the first place before each next slash."""
    found: list[int] = []
    reached = -1
    # From a start to the next one, where that comes before its own piece ends: what is beyond is the next one's.
    for start, following in pairwise([*starts, len(text) + 1]):
        at, furthest = start, min(_reach(start, text, slashes), following - 1)
        while (at := text.find(part, max(at, reached + 1 - len(part)), furthest + len(part))) >= 0:
            end = at + len(part)
            if end > reached:
                found.append(end)
                reached = _reach(end, text, slashes)
            at += 1
            if at > furthest:
                break
    return found


def _reach(start: int, text: str, slashes: list[int]) -> int:
    """How far a star of one piece goes from `start`."""
    at = bisect_left(slashes, start)
    return slashes[at] if at < len(slashes) else len(text)


def covers(wider: str, narrower: str) -> bool:
    """Whether every text that `narrower` matches is matched by `wider`. Says no when unsure."""
    if wider == narrower or ("*" not in narrower and matches(wider, narrower)):
        return True
    return wider.endswith("*") and "*" not in wider[:-1] and narrower.startswith(wider[:-1])


def may_meet(one: str, other: str) -> bool:
    """Whether two patterns may name the same thing: what stands before their stars and after them goes together."""
    if "*" not in one and "*" not in other:
        return one == other
    heads, tails = (one.partition("*")[0], other.partition("*")[0]), (_tail(one), _tail(other))
    return _begins(*heads) and _begins(*(tail[::-1] for tail in tails))


def _tail(pattern: str) -> str:
    return pattern.rpartition("*")[2]


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
