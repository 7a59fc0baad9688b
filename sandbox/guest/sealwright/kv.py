"""Small durable values, kept between runs. scope "tool": this tool's own; "tenant": shared by the tenant's tools."""

from sealwright import _host


def get(key, default=None, *, scope="tool"):
    """The JSON value under the key, or the default."""
    value = _host.call("kv", "get", {"key": key, "scope": scope})
    return default if value is None else value


def set(key, value, *, scope="tool"):
    """Keep a JSON value. None deletes it."""
    _host.call("kv", "set", {"key": key, "value": value, "scope": scope})


def delete(key, *, scope="tool"):
    _host.call("kv", "delete", {"key": key, "scope": scope})


def compare_and_set(key, expected, value, *, scope="tool"):
    """Set the value if the present one equals `expected` (None: there is none). True when it was set."""
    return _host.call("kv", "compare_and_set", {"key": key, "expected": expected, "value": value, "scope": scope})
