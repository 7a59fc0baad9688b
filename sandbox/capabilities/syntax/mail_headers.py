"""Which headers of its own a message may have: those that people and mail programs act on, and no provider obeys.

Any other is refused by not being here. What starts with X- is where mail providers look for orders.
"""

import re
from collections.abc import Callable, Mapping
from typing import cast

from sandbox.capabilities.permits import Malformed, near

_VALUE_CHARACTERS_MAX = 900  # on one line; a line of a message has at most 998 (RFC 5322, 2.1.1)
_LINKS = re.compile(r"<(?:https://|mailto:)[^<>\s,]+>(?:, ?<(?:https://|mailto:)[^<>\s,]+>){0,3}")
_MESSAGE_IDS = re.compile(r"<[^<>\s@]+@[^<>\s@]+>(?: <[^<>\s@]+@[^<>\s@]+>){0,20}")
_LIST_ID = re.compile(r"(?:[\w .,&()-]{1,100} )?<[A-Za-z0-9_.-]{1,150}>")
_WORDS = re.compile(r"[\x20-\x7e]{1,200}")
_LINE = re.compile(r"[\x20-\x7e]+")
_ONE_CLICK = "List-Unsubscribe=One-Click"


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None


def _one_of(*words: str) -> Callable[[str], bool]:
    return lambda value: value.lower() in words


# By name: what a value has to be, and how that is said.
_HEADERS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "List-Unsubscribe": (_matches(_LINKS), "<https://...> or <mailto:...>, with commas between several"),
    "List-Unsubscribe-Post": (lambda value: value == _ONE_CLICK, _ONE_CLICK),
    "List-Help": (_matches(_LINKS), "<https://...> or <mailto:...>"),
    "List-Archive": (_matches(_LINKS), "<https://...> or <mailto:...>"),
    "List-Post": (_matches(_LINKS), "<https://...> or <mailto:...>"),
    "List-Id": (_matches(_LIST_ID), "a name and <list.example.com>"),
    "In-Reply-To": (_matches(_MESSAGE_IDS), "the id of a message, <...@...>"),
    "References": (_matches(_MESSAGE_IDS), "ids of messages, <...@...>, with spaces between"),
    "Auto-Submitted": (_one_of("auto-generated", "auto-replied"), "auto-generated or auto-replied"),
    "Precedence": (_one_of("bulk", "list"), "bulk or list"),
    "Importance": (_one_of("low", "normal", "high"), "low, normal or high"),
    "Priority": (_one_of("non-urgent", "normal", "urgent"), "non-urgent, normal or urgent"),
    "X-Priority": (_one_of("1", "2", "3", "4", "5"), "1 to 5"),
    "X-Auto-Response-Suppress": (_one_of("all", "oof", "autoreply", "dr", "rn", "nrn"), "All, OOF or AutoReply"),
    "X-Entity-Ref-ID": (_matches(_WORDS), "a text on one line"),
    "Feedback-ID": (_matches(_WORDS), "a text on one line"),
    "Comments": (_matches(_WORDS), "a text on one line"),
    "Keywords": (_matches(_WORDS), "a text on one line"),
}
_NAMES = {name.lower(): name for name in _HEADERS}


def read_headers(given: object) -> tuple[tuple[str, str], ...]:
    """From an object of names and texts: pairs, each name as it is usually written. Raises Malformed."""
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        raise Malformed("'headers' must be an object.")
    found: dict[str, str] = {}
    for name, value in cast("Mapping[object, object]", given).items():
        usual = _NAMES.get(str(name).lower())
        if usual is None:
            hint = near(str(name)[:80], list(_NAMES))
            raise Malformed(f"the header {str(name)[:80]!r} is not for a tool to set; it may set {_LIST}.{hint}")
        found[usual] = _value(usual, value)
    if "List-Unsubscribe-Post" in found and "<https://" not in found.get("List-Unsubscribe", ""):
        raise Malformed("'List-Unsubscribe-Post' goes with a 'List-Unsubscribe' that has an <https://...>.")
    return tuple(found.items())


_LIST = ", ".join(_HEADERS)


def _value(name: str, given: object) -> str:
    fits, form = _HEADERS[name]
    value = given.strip() if isinstance(given, str) else ""
    if not _LINE.fullmatch(value) or len(value) > _VALUE_CHARACTERS_MAX or not fits(value):
        raise Malformed(f"the header {name!r} is {form}.")
    return value
