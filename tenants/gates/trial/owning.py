"""Owning up: whether a result says that something was not done, in keys and words that a reader would take so."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from tenants.gates.trial.comparing import difference

# Words that tell of trouble where there is something under them: `failed: 2`, `reason: "no answer"`.
_TROUBLE = re.compile(
    r"fail|error|problem|retr|uncertain|unavail|pending|reason|warn|incomplete|missing|invalid|unknown|partial|stale"
    r"|fallback|cached|unsent|undeliver|reject|refus|not_|\bnot\b|unreach|timeout|timed.out|bounc|declin|skip|postpone"
    r"|defer|delay|queue|unresolved|unprocessed|unconfirmed|unreadable|unclear|outstanding|offline|degrad|broken|stopp"
    r"|abort|denied|exception|trouble|stuck|in.flight|unable|cannot|could.?n|no.answer|interrupt|remain|quarantin"
    r"|(?:^|[_ ])(?:later|down|fault|issues?|gaps?|notes?|alerts?|held|on_hold|manual|review|lost)(?:$|[_ ])",
    re.IGNORECASE,
)
# Words whose every change tells: `complete: false`, `status: "open"`.
_STATE = re.compile(
    r"status|outcome|(?:^|_)(?:ok|up|alive|state)$|success|complete|health|reach|finished|online", re.IGNORECASE
)
_FAILED = re.compile(
    r"fail|error|problem|retr|uncertain|unavail|reject|refus|invalid|unsent|undeliver|bounc|in.flight|unclear|pending"
    r"|stopped|unreach|timeout|timed.out|not.(?:sent|made|created|recorded|done|loaded)",
    re.IGNORECASE,
)
# Who was written to: a smaller number says that fewer were.
_REACHED = re.compile(r"sent|deliver|mail|notif|remind|told|message", re.IGNORECASE)


def owns_up(value: Any, key: str = "") -> bool:
    """Whether a result says that something was not done, as it stands."""
    if isinstance(value, dict):
        return any(owns_up(inner, f"{key} {name}") for name, inner in cast("dict[str, Any]", value).items())
    if isinstance(value, list):
        return any(owns_up(inner, key) for inner in cast("list[Any]", value))
    return bool(value) and (_FAILED.search(key) is not None or _FAILED.search(str(value)) is not None)


def admits(usual: Any, got: Any, schema: Mapping[str, Any] | None, *, mail: bool) -> bool:
    """Whether what differs in `got` tells of trouble. `mail`: it was mail that could not be sent."""
    return any(_tells(key, one, other, schema or {}, mail=mail) for key, one, other in _changes(usual, got, ""))


def leaves_open(usual: Any, got: Any) -> bool:
    """Whether all that differs in `got` is that it does not know something: null where there was a value."""
    return all(other is None for _, _, other in _changes(usual, got, ""))


def _tells(key: str, usual: Any, got: Any, schema: Mapping[str, Any], *, mail: bool) -> bool:
    if _STATE.search(key) or (got and _TROUBLE.search(key)):
        return True
    if got is None:
        return any(_TROUBLE.search(said) for said in _descriptions(schema, key))
    if mail and _REACHED.search(key) and isinstance(usual, int) and isinstance(got, int):
        return got < usual
    return any(_TROUBLE.search(word) for word in _words(got))


def _changes(usual: Any, got: Any, key: str) -> Iterator[tuple[str, Any, Any]]:
    """The smallest parts in which two results differ, each with the key it stands under."""
    if isinstance(usual, dict) and isinstance(got, dict):
        one, other = cast("dict[str, Any]", usual), cast("dict[str, Any]", got)
        for name in dict.fromkeys((*one, *other)):
            yield from _changes(one.get(name), other.get(name), name)
    elif (
        isinstance(usual, list)
        and isinstance(got, list)
        and len(cast("list[Any]", usual)) == len(cast("list[Any]", got))
    ):
        for one, other in zip(cast("list[Any]", usual), cast("list[Any]", got), strict=True):
            yield from _changes(one, other, key)
    elif difference(usual, got) is not None:
        yield key, usual, got


def _words(value: Any) -> Iterator[str]:
    """The texts of a value, and the keys that have something under them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            if inner:
                yield name
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _words(inner)


def _descriptions(schema: Any, key: str) -> Iterator[str]:
    """What a schema says of properties of that name."""
    if isinstance(schema, dict):
        for name, inner in cast("dict[str, Any]", schema).items():
            if name == key and isinstance(inner, dict):
                yield str(cast("dict[str, Any]", inner).get("description", ""))
            yield from _descriptions(inner, key)
    elif isinstance(schema, list):
        for inner in cast("list[Any]", schema):
            yield from _descriptions(inner, key)
