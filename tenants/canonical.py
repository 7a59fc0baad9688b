"""JSON in one form: the same value gives the same bytes, and so the same digest, wherever it is computed."""

import hashlib
import json
from typing import Any

from tenants.errors import InvalidError

_COMPACT: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}


def text(value: object) -> str:
    """Return JSON text with the keys sorted and no spaces. Raises InvalidError for what JSON cannot say."""
    return _dump(value, sort_keys=True)


def plain(value: object) -> str:
    """Return JSON text with the keys in their own order: what a tool gets to see."""
    return _dump(value, sort_keys=False)


def digest(value: object) -> str:
    """Return the sha256, in hex, of a value's canonical JSON."""
    return hashlib.sha256(text(value).encode()).hexdigest()


def _dump(value: object, *, sort_keys: bool) -> str:
    try:
        dumped = json.dumps(value, sort_keys=sort_keys, **_COMPACT)
        dumped.encode()
    except (ValueError, TypeError, RecursionError) as error:  # UnicodeEncodeError is a ValueError
        raise InvalidError(f"This is not JSON: {error}.") from error
    return dumped


def parse(given: str) -> Any:
    """Return the value of JSON text that this module wrote."""
    return json.loads(given)
