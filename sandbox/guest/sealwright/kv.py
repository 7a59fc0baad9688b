"""Small durable values, kept between runs. scope "tool": this tool's own; "tenant": shared by the tenant's tools.

Bounds: a key has up to 500 characters, a value up to 64 KiB of JSON, and a scope up to 10,000 values.
"""

from typing import Literal

from sealwright import _host
from sealwright._errors import Json

Scope = Literal["tool", "tenant"]


def get(key: str, default: Json = None, *, scope: Scope = "tool") -> Json:
    """The JSON value under the key, or the default.

    Raises CapabilityRefused without a permit to read it.
    """
    value = _host.call("kv", "get", {"key": key, "scope": scope})
    return default if value is None else value


def set(key: str, value: Json, *, scope: Scope = "tool") -> None:
    """Keep a JSON value. None deletes it.

    Raises HostError "too_large" or "over_quota".
    """
    _host.call("kv", "set", {"key": key, "value": value, "scope": scope})


def delete(key: str, *, scope: Scope = "tool") -> None:
    """Raises CapabilityRefused without a permit to write it; a value that is not there is no error."""
    _host.call("kv", "delete", {"key": key, "scope": scope})


def compare_and_set(key: str, expected: Json, value: Json, *, scope: Scope = "tool") -> bool:
    """Set the value if the present one equals `expected` (None: there is none). True when it was set.

    Raises HostError "too_large" or "over_quota".
    """
    return _host.call("kv", "compare_and_set", {"key": key, "expected": expected, "value": value, "scope": scope})
