"""SQL as text: one statement cut into code, text in quotes and names in quotes, alike for every database we reach.

Databases differ in what a quote is. What two of them would cut differently is refused, so that no statement is one
thing to the permit and another to the database.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

LENGTH_MAX = 10_000  # characters
Kind = Literal["code", "text", "name"]
_DOLLAR = re.compile(r"\$(?:[^\W\d]\w*)?\$")
# A parameter, in code: not a cast (`::`), and not a part of a word.
_PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
_ENDS = re.compile(r"['\"`\[\];$]|--|/\*")


class Unclear(ValueError):  # noqa: N818  (reads as a sentence where it is raised)
    """Not one statement, or not the same one to every database. The message says what to write instead."""


class Piece(NamedTuple):
    """`text` as it stands in the statement, its quotes too."""

    kind: Kind
    text: str


def cut(statement: str) -> list[Piece]:
    """Cut one statement, in one walk over it. Raises Unclear."""
    return list(_pieces(statement))


def parameters(pieces: list[Piece]) -> frozenset[str]:
    """The names of the parameters that stand in a statement; what is in quotes is none."""
    return frozenset(name for piece in pieces if piece.kind == "code" for name in _PARAMETER.findall(piece.text))


def misfit(pieces: list[Piece], given: Iterable[str]) -> str | None:
    """Why a statement does not go with the parameters that are given."""
    stray = sorted(parameters(pieces) ^ set(given))
    return f"the statement and its parameters differ in {', '.join(stray[:5])[:200]}." if stray else None


def joined(pieces: list[Piece]) -> str:
    """Return the statement with each name in backticks: what SQLite finds in double quotes, and knows no column of,
    it takes for a text."""
    return "".join(
        "`" + text[1:-1].replace('""', '"').replace("`", "``") + "`" if kind == "name" else text
        for kind, text in pieces
    )


def _pieces(statement: str) -> Iterator[Piece]:
    at = start = 0
    bracketed = False  # SQLite takes [...] for a name, PostgreSQL for a place in an array
    while (found := _ENDS.search(statement, at)) is not None:
        mark, at = found[0], found.end()
        if mark in "[]":
            bracketed = mark == "["
        elif mark not in "'\"":
            _demand_plain(statement, found)
        else:
            yield Piece("code", statement[start : found.start()])
            at = start = _end_of_quote(statement, found.start())
            yield _quoted(statement, found.start(), at, bracketed=bracketed)
    yield Piece("code", statement[start:])


def _demand_plain(statement: str, found: re.Match[str]) -> None:
    if found[0] == "`":
        raise Unclear('a name is quoted with ", not with a backtick.')
    if found[0] != "$":
        raise Unclear("send one statement at a time, without comments.")
    if _DOLLAR.match(statement, found.start()):
        raise Unclear("text is quoted with ', not with $$.")


def _quoted(statement: str, start: int, end: int, *, bracketed: bool) -> Piece:
    text = statement[start:end]
    if bracketed and "]" in text:
        raise Unclear("a ] in quotes stands within [...]; take the brackets away.")
    if "\\" in text and statement[max(0, start - 1) : start] in ("e", "E"):
        # In E'...' of PostgreSQL a backslash may hide a quote.
        raise Unclear("text with backslashes is written in plain quotes: 'a\\b'.")
    return Piece("text" if text[0] == "'" else "name", text)


def _end_of_quote(statement: str, start: int) -> int:
    mark, at = statement[start], start + 1
    while (found := statement.find(mark, at)) >= 0:
        if statement[found + 1 : found + 2] != mark:
            return found + 1
        at = found + 2
    raise Unclear("the statement has a quote that does not end.")
