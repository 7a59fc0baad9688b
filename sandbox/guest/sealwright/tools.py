"""Call the tenant's other live tools. Each call is a run of its own, with its own grant and limits."""

from collections.abc import Mapping

from sealwright import _host
from sealwright._errors import HostError, Json


class CallFailed(HostError):
    """The called tool did not return. `code`, `message` and `hint` are its own.

    Other codes: "no_tool", "invalid_arguments", "call_refused" (it lacks a permit), "tool_cycle", "too_deep".

    Bounds: "too_deep" is more than 4 tools that call one another. "idempotency_key_reused": the key stands for other
    arguments. "run_in_flight", "conflict": call again later.
    """

    @property
    def run_id(self) -> str | None:
        """The run that failed, for whoever looks into it."""
        return (self.details or {}).get("run")


class _Failures(dict):
    def get(self, code, default=None):
        return CallFailed


def call(name: str, arguments: Mapping[str, Json], *, key: str | None = None) -> Json:
    """Call a tool and return its result. Raises tools.CallFailed. Its time counts in this run's.

    key: an idempotency key. The same key and arguments give the stored result, in any run of this tool for the same
    caller; without one each call is made once in this run.

    Raises that for whatever went wrong. key: 1 to 100 printable characters.
    """
    return _host.call("tools", "call", _host.given(name=name, arguments=arguments, key=key), _Failures())
