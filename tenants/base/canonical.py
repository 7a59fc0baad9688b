"""JSON in one form: the same value gives the same bytes, and so the same digest, wherever it is computed."""

import hashlib
import json
from typing import Any

from sandbox import jsontext
from tenants.base.errors import InvalidError

# Made once: json.dumps makes one for each call, which takes longer than most of our values.
_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_SORTED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True)


def text(value: object) -> str:
    """Return JSON text with the keys sorted and no spaces. Raises InvalidError for what JSON cannot say."""
    return _dump(_SORTED, value)


def plain(value: object) -> str:
    """Return JSON text with the keys in their own order: what a tool gets to see."""
    return _dump(_PLAIN, value)


def digest(value: object) -> str:
    """Return the sha256, in hex, of a value's canonical JSON."""
    return hashlib.sha256(text(value).encode()).hexdigest()


def _dump(encoder: json.JSONEncoder, value: object) -> str:
    try:
        dumped = encoder.encode(value)
        jsontext.check_depth(dumped)
    except (ValueError, TypeError, RecursionError) as error:  # BadJson is a ValueError
        raise InvalidError(f"This is not JSON: {error}.") from error
    return dumped


def parse(given: str) -> Any:
    """Return the value of JSON text that this module wrote."""
    return json.loads(given)
