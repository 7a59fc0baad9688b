"""Texts that a schema's pattern takes: the shortest of its choices, and a long one."""

import re
from collections.abc import Iterator

_TIMES = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_REPEATED_MAX = 40
_CLASSES = {"d": "09", "w": "aZ", "s": "  ", "D": "ax", "W": "-.", "S": "aZ"}
_OTHERS = "aZ09-_ .üß"
_PLAIN = {"t": "\t", "n": "\n", "r": "\r"}
# Of each piece of a pattern: the least that it takes, and as much as is sensible.
Span = tuple[str, str]


class _Unread(ValueError):  # noqa: N818  (reads as a sentence where it is raised)
    """A pattern that says more than this reader knows."""


def samples(pattern: str) -> list[str]:
    """Return texts that the pattern probably takes; none where it cannot be read. Callers hold them to the schema."""
    try:
        reader = _Reader(pattern)
        spans = reader.choices()
    except _Unread:
        return []
    if reader.at < len(pattern):
        return []
    return list(dict.fromkeys(text for span in spans for text in span))


class _Reader:
    """Walks over a pattern once."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0

    def choices(self) -> list[Span]:
        """The alternatives up to the end of the group."""
        found = [self._sequence()]
        while self._next() == "|":
            self.at += 1
            found.append(self._sequence())
        return found

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _sequence(self) -> Span:
        least, most = "", ""
        while (mark := self._next()) and mark not in "|)":
            low, high = self._repeated(self._piece())
            least, most = least + low, most + high
        return least, most

    def _piece(self) -> Span:
        mark = self._next()
        self.at += 1
        if mark in "^$":
            return "", ""
        if mark == "(":
            return self._group()
        if mark == "[":
            return self._class()
        if mark == "\\":
            return self._escaped()
        return ("a", "z") if mark == "." else (mark, mark)

    def _group(self) -> Span:
        if self._next() == "?":
            if self.pattern[self.at : self.at + 2] != "?:":
                raise _Unread(self.pattern)
            self.at += 2
        found = self.choices()
        if self._next() != ")":
            raise _Unread(self.pattern)
        self.at += 1
        return min((low for low, _ in found), key=len), max((high for _, high in reversed(found)), key=len)

    def _escaped(self) -> Span:
        mark = self._next()
        self.at += 1
        if mark in _CLASSES:
            return _CLASSES[mark][0], _CLASSES[mark][1]
        if not mark or (mark.isalnum() and mark not in _PLAIN):
            raise _Unread(self.pattern)
        return _PLAIN.get(mark, mark), _PLAIN.get(mark, mark)

    def _class(self) -> Span:
        end = self.at + 1
        while end < len(self.pattern) and (self.pattern[end] != "]" or self.pattern[end - 1] == "\\"):
            end += 1
        said, self.at = self.pattern[self.at : end], end + 1
        if said.startswith("^"):
            left = [one for one in _OTHERS if one not in set(_members(said[1:]))]
            if not left:
                raise _Unread(self.pattern)
            return left[0], left[-1]
        members = list(_members(said))
        return (members[0], members[-1]) if members else ("", "")

    def _repeated(self, span: Span) -> Span:
        mark = self._next()
        least, most = 1, 1
        if mark and mark in "?*+":
            self.at += 1
            least, most = (1 if mark == "+" else 0), (1 if mark == "?" else _REPEATED_MAX)
        elif (times := _TIMES.match(self.pattern, self.at)) is not None:
            self.at = times.end()
            least = int(times[1])
            most = least if times[2] is None else int(times[3] or _REPEATED_MAX)
        return span[0] * min(least, _REPEATED_MAX), span[1] * min(most, _REPEATED_MAX)


def _members(said: str) -> Iterator[str]:
    """The ends of each range of a class, and its single characters."""
    at = 0
    while at < len(said):
        if said[at] == "\\":
            yield from _CLASSES.get(said[at + 1 : at + 2], said[at + 1 : at + 2])
            at += 2
        elif said[at + 1 : at + 2] == "-" and at + 2 < len(said):
            yield from (said[at], said[at + 2])
            at += 3
        else:
            yield said[at]
            at += 1
