"""Effects: what was done to a world, and whether doing it once more would make any difference."""

import base64
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sandbox.worlds import Deed
from tenants.base import canonical

# Requests that a receiver may get twice: they say how something should be, not what should be added.
_SETTING = {"PUT", "PATCH", "DELETE"}
# A POST that asks and changes nothing, by the last words of its path. GraphQL asks too, unless it says that it changes.
_ASKING = re.compile(
    r"(?:^|[/_:.-])(?:search|query|lookup|find|filter|graphql|token|validate|quote|quotes|preview|count|resolve|batch_?get)/?$",
    re.IGNORECASE,
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_SAME_TIME_S = 86_400 * 2


def outward(deeds: Iterable[Deed]) -> list[Deed]:
    """Return what reached others: neither questions nor notes of its own."""
    return [deed for deed in deeds if not is_question(deed) and not is_own_note(deed)]


def is_own_note(deed: Deed) -> bool:
    """A tool's own values are its memory, a cache for instance."""
    return deed.capability == "kv" and deed.what.get("scope") == "tool"


def is_question(deed: Deed) -> bool:
    """Whether it only asks. Asking a person is no effect, whatever is done after the answer."""
    if deed.capability == "approvals":
        return True
    if deed.capability != "http" or deed.what.get("method") != "POST":
        return False
    path = str(deed.what.get("url")).partition("?")[0]
    return _ASKING.search(path) is not None and "mutation" not in canonical.text(deed.what.get("json"))[:200]


def is_bare(deed: Deed) -> bool:
    """Whether a receiver that gets it twice does it twice, as far as it can be seen: a POST or a mail without a key."""
    if deed.capability not in {"http", "email"} or is_question(deed):
        return False
    return deed.what.get("key") is None and deed.what.get("method") not in _SETTING


def is_new(deed: Deed, before: Sequence[Deed], at_ns: int) -> bool:
    """Whether the world is any different for it, after all that was done `before`. Databases are compared elsewhere."""
    if is_question(deed) or deed.capability == "sql":
        return False
    if deed.capability == "kv":
        return not (is_own_note(deed) and _is_moment(deed.what.get("value"), at_ns)) and _differs(deed, before)
    if deed.capability == "http" and deed.what.get("key") is not None:
        return all(deed.what["key"] != old.what.get("key") for old in before if old.capability == "http")
    if deed.capability in {"files", "tools"} or deed.what.get("method") in _SETTING:
        return _differs(deed, before)
    return True


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
    what = {name: value for name, value in deed.what.items() if name != "key"}
    if deed.capability == "files":
        what["base64"] = base64.b64decode(str(what.get("base64") or "")).decode("utf-8", "replace")
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
    what = deed.what
    match deed.capability:
        case "http":
            return f"{what.get('method')} {what.get('url')}"
        case "email":
            return f"mail to {what.get('to')} ({what.get('subject')})"
        case "ledger" | "kv":
            return f"{deed.capability} {deed.operation} {what.get('key')}"
        case "sql":
            return str(what.get("statement"))[:120]
        case _:
            return f"{deed.capability} {deed.operation} {what.get('path') or what.get('name') or ''}".strip()
