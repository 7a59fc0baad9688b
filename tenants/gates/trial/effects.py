"""Effects: what was done to a world, and whether doing it once more would make any difference."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sandbox import CAPABILITIES
from sandbox.worlds import Deed
from tenants.base import canonical

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_SAME_TIME_S = 86_400 * 2


def kind(deed: Deed) -> str:
    """Return what doing it once more would make of it: see sandbox/capabilities/traits.py."""
    return CAPABILITIES[deed.capability].kind(deed.operation, deed.what)


def outward(deeds: Iterable[Deed]) -> list[Deed]:
    """Return what reached others: neither questions nor notes of its own."""
    return [deed for deed in deeds if not is_question(deed) and not is_own_note(deed)]


def is_own_note(deed: Deed) -> bool:
    """A tool's own values are its memory, a cache for instance."""
    return kind(deed) == "note"


def is_question(deed: Deed) -> bool:
    """Whether it only asks."""
    return kind(deed) == "question"


def is_mark(deed: Deed) -> bool:
    """Whether it only says that something else was done."""
    return kind(deed) == "mark"


def adds(deed: Deed) -> bool:
    """Whether two of it are one too many."""
    return kind(deed) in {"addition", "request"}


def may_only_ask(deed: Deed) -> bool:
    """Whether it may change nothing, which only a person can tell: many services take a question as a POST."""
    return kind(deed) in {"request", "call"}


def of_another_tool(deed: Deed) -> bool:
    """Whether it is what another tool does, which may only read."""
    return kind(deed) == "call"


def is_compared(deed: Deed) -> bool:
    """Whether it is judged by what is kept afterwards."""
    return CAPABILITIES[deed.capability].traits.contents_compared


def settled(deeds: Sequence[Deed]) -> list[Deed]:
    """Leave out what was overwritten."""
    places = [CAPABILITIES[deed.capability].overwritten(deed.operation, deed.what) for deed in deeds]
    last = {(deed.capability, place): deed for deed, place in zip(deeds, places, strict=True) if place is not None}
    kept = list(last.values())
    return [deed for deed, place in zip(deeds, places, strict=True) if place is None or deed in kept]


def is_bare(deed: Deed) -> bool:
    """Whether whoever gets it twice does it twice, as far as it can be seen: a POST or a mail without a key."""
    return adds(deed) and deed.what.get("key") is None


def is_new(deed: Deed, before: Sequence[Deed], at_ns: int) -> bool:
    """Whether the world is any different for it, after all that was done `before`. Contents are compared elsewhere."""
    if is_question(deed) or is_compared(deed):
        return False
    if CAPABILITIES[deed.capability].traits.keys == "receiver" and (key := deed.what.get("key")) is not None:
        return all(key != old.what.get("key") for old in before if old.capability == deed.capability)
    if is_own_note(deed) and _is_moment(deed.what.get("value"), at_ns):
        return False
    return kind(deed) not in {"note", "setting", "call"} or _differs(deed, before)


def _differs(deed: Deed, before: Sequence[Deed]) -> bool:
    """Whether it is unlike all before it, in more than the moment that is written into it."""
    return identity(deed) not in {identity(old) for old in before}


def _is_moment(value: object, at_ns: int) -> bool:
    """A note of when something was last done; it changes with each call and harms nobody."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = at_ns / 1e9
        return any(abs(value / unit - seconds) < _SAME_TIME_S for unit in (1, 1_000))
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def identity(deed: Deed) -> str:
    """Return what was done to whom, apart from the key it carried and the moment written into it."""
    done = CAPABILITIES[deed.capability].identity(deed.operation, deed.what)
    what = {name: value for name, value in done.items() if name != "key"}
    return _MOMENT.sub("now", canonical.text([deed.capability, deed.operation, what]))


def timeless(value: object) -> str:
    """Return a value as text, without the moments in it."""
    return _MOMENT.sub("now", repr(value))


def counted(deeds: Iterable[Deed]) -> Counter[str]:
    """Count effects by what they do. A request under a key that the receiver knows counts once."""
    kept: dict[Any, str] = {}
    for number, deed in enumerate(deeds):
        key = deed.what.get("key")
        kept[number if key is None else (deed.capability, str(key))] = identity(deed)
    return Counter(kept.values())


def told(deed: Deed) -> str:
    """Return what was done in words that fit into a sentence."""
    return CAPABILITIES[deed.capability].told(deed.operation, deed.what)
