"""Call the tenant's other approved tools."""

from sealwright import _host
from sealwright._errors import HostError


class CallFailed(HostError):
    """The called tool did not return. `code` and `message` are its own."""


class _Failures(dict):
    def get(self, code, default=None):
        return CallFailed


def call(name, arguments, *, key=None):
    """Call a tool and return its result. Raises tools.CallFailed. key: an idempotency key."""
    return _host.call("tools", "call", _host.given(name=name, arguments=arguments, key=key), _Failures())
