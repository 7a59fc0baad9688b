"""Functions of SQLite that take time in the product of their arguments, written anew in proportion to the sum."""

import re
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

Value = str | bytes | int | float | None
# A width or a precision of a thousand or more, or one that is an argument: each is a loop, whatever comes of it.
_LONG = re.compile(r"%[^%a-zA-Z]*(?:[0-9]{4}|\*)")


def install(raw: sqlite3.Connection, value_bytes_max: int) -> None:
    """Replace them on a connection. They answer as SQLite's own do."""

    def replaced(given: Value, old: Value, new: Value) -> Value:
        if given is None or old is None or new is None:
            return None
        text, wanted, instead = _text(given), _text(old), _text(new)
        if not wanted:
            return text
        growth = text.count(wanted) * max(0, len(instead.encode()) - len(wanted.encode()))
        if len(text.encode()) + growth > value_bytes_max:
            raise OverflowError
        return text.replace(wanted, instead)

    helper = sqlite3.connect(":memory:", check_same_thread=False)  # SQLite's own printf, given values alone
    helper.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, value_bytes_max)

    def formatted(*given: Value) -> Value:
        if given and (long := _LONG.search(_text(given[0] or ""))):
            raise ValueError(long[0])
        marks = ", ".join("?" * len(given))
        return helper.execute(f"select printf({marks})", given).fetchone()[0]

    own: list[tuple[str, int, Callable[..., Any]]] = [
        ("instr", 2, _place),
        ("printf", -1, formatted),
        ("format", -1, formatted),
        ("replace", 3, replaced),
        ("trim", 2, partial(_trimmed, str.strip)),
        ("ltrim", 2, partial(_trimmed, str.lstrip)),
        ("rtrim", 2, partial(_trimmed, str.rstrip)),
        # A file's own schema may name these two past the list of what is allowed: it is read before anything is asked.
        ("fts3_tokenizer", 1, _refused),
        ("fts3_tokenizer", 2, _refused),
    ]
    for name, arguments, function in own:
        raw.create_function(name, arguments, function, deterministic=True)


def _place(given: Value, wanted: Value) -> int | None:
    if given is None or wanted is None:
        return None
    if isinstance(given, bytes) and isinstance(wanted, bytes):
        return given.find(wanted) + 1
    return _text(given).find(_text(wanted)) + 1


def _trimmed(strip: Callable[[str, str], str], given: Value, chars: Value) -> str | None:
    if given is None or chars is None:
        return None
    return strip(_text(given), _text(chars))


def _text(value: str | bytes | float) -> str:
    """A value as SQLite's CAST to TEXT says it."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if not isinstance(value, float):
        return str(value)
    whole, point, power = f"{value:.15g}".partition("e")
    if whole.strip("-") == "inf":
        return whole.replace("inf", "Inf")
    return (whole if "." in whole else f"{whole}.0") + point + power


def _refused(*_given: Value) -> None:
    raise PermissionError
