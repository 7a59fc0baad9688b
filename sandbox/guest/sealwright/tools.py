"""Call the tenant's other live tools. Each call is a run of its own, with its own grant and limits."""

from sealwright import _host
from sealwright._errors import HostError


class CallFailed(HostError):
    """The called tool did not return. `code`, `message` and `hint` are its own.

    Other codes: "no_tool", "invalid_arguments", "call_refused" (it lacks a permit), "tool_cycle", "too_deep".
    """

    @property
    def run_id(self):
        """The run that failed, for whoever looks into it."""
        return (self.details or {}).get("run")


class _Failures(dict):
    def get(self, code, default=None):
        return CallFailed


def call(name, arguments, *, key=None):
    """Call a tool and return its result. Raises tools.CallFailed. Its time counts in this run's.

    key: an idempotency key. The same key and arguments give the stored result, in any run of this tool for the same
    caller; without one each call is made once in this run.
    """
    return _host.call("tools", "call", _host.given(name=name, arguments=arguments, key=key), _Failures())
