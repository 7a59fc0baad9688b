"""What must not be kept of a request. Replay does not need it: it compares hashes of the whole."""

import re
from collections.abc import Mapping
from typing import Any, cast

REDACTED = "[redacted]"
_TELLING = re.compile(
    r"(?i)(^|[-_.])(authorization|cookie|password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key)s?$"
)
# A placeholder says which secret was meant and gives nothing away.
_HARMLESS = re.compile(r"\S*\s?\{\{secret:[A-Za-z0-9_.-]{1,100}\}\}")


def redact(value: Any) -> Any:
    """The same JSON data, with the values of telling names replaced, however deep."""
    if isinstance(value, Mapping):
        named = cast(Mapping[str, Any], value)
        return {name: _named(name, part) for name, part in named.items()}
    if isinstance(value, list):
        return [redact(part) for part in cast(list[Any], value)]
    return value


def _named(name: str, value: Any) -> Any:
    if isinstance(value, str) and _TELLING.search(name) and not _HARMLESS.fullmatch(value):
        return REDACTED
    return redact(value)
