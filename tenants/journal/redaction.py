"""What must not be kept of a request. Replay does not need it: it compares hashes of the whole."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from sandbox import Slot

REDACTED = "[redacted]"
Path = tuple[str | int, ...]
_TELLING = re.compile(
    r"(?i)(^|[-_.])(authorization|cookie|password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key)s?$"
)


def redact(value: Any, slots: Iterable[Slot] = ()) -> Any:
    """The same JSON data, with the values of telling names replaced, however deep.

    What stands in a slot says which secret was meant and gives nothing away; text that only looks so may do.
    """
    return _redacted(value, (), {slot.path for slot in slots})


def _redacted(value: Any, at: Path, harmless: set[Path]) -> Any:
    if isinstance(value, Mapping):
        named = cast(Mapping[str, Any], value)
        return {name: _named(name, part, (*at, name), harmless) for name, part in named.items()}
    if isinstance(value, list):
        return [_redacted(part, (*at, index), harmless) for index, part in enumerate(cast(list[Any], value))]
    return value


def _named(name: str, value: Any, at: Path, harmless: set[Path]) -> Any:
    if isinstance(value, str) and _TELLING.search(name) and at not in harmless:
        return REDACTED
    return _redacted(value, at, harmless)
