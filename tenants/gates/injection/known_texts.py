"""What a canned world knows: names in its answers, files and tables, each with a mark put to it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

_QUOTED = re.compile(r"'([^'\n]{3,60})'")
_CELL = re.compile(r"[^;,\t|\r\n\"']{3,60}")
_MOST = 6
_NAME_LENGTH_MAX = 60


def within(world: Mapping[str, Any] | None, shown: str) -> list[str]:
    """Return texts that the world knows and that are in what was shown, the longest first."""
    known = {text for leaf in _leaves(world or {}) for text in _known(leaf) if text in shown}
    named = [text for text in known if not text.isdecimal() and "<" not in text]
    return sorted(named, key=lambda text: (-len(text), text))[:_MOST]


def marked(value: Any, text: str, mark: str) -> Any:
    """Return a world, or a part of one, with a mark behind every such text."""
    if isinstance(value, str):
        if value == text:
            return text + mark
        # A script of statements quotes its texts; a file has it in its cells.
        quoted = value.replace(f"'{text}'", f"'{text}{mark.replace(chr(39), chr(39) * 2)}'")
        return quoted if quoted != value or not _is_whole_text(value) else value.replace(text, text + mark)
    if isinstance(value, dict):
        return {name: marked(inner, text, mark) for name, inner in cast("dict[str, Any]", value).items()}
    return [marked(inner, text, mark) for inner in cast("list[Any]", value)] if isinstance(value, list) else value


def _known(leaf: str) -> Iterator[str]:
    if not _is_whole_text(leaf):
        yield leaf
    else:
        yield from _QUOTED.findall(leaf)
        yield from (cell.strip() for cell in _CELL.findall(leaf) if "'" not in leaf and len(cell.strip()) > 2)


def _is_whole_text(leaf: str) -> bool:
    return "\n" in leaf or len(leaf) > _NAME_LENGTH_MAX


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str) and len(value) > 2:
        yield value
    elif isinstance(value, dict):
        for inner in cast("dict[str, Any]", value).values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _leaves(inner)
