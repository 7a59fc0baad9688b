"""clock: waiting. It reaches nothing, so no permit is needed and none can be written."""

from collections.abc import Mapping
from typing import Any

from sandbox.capabilities.permits import Malformed, Need, Permit, Plain, Unreadable
from sandbox.contract.hosts import Effect


class Clock(Plain):
    name = "clock"
    grammar: tuple[str, ...] = ()
    operations: Mapping[str, Effect] = {"sleep": "read"}

    def permit(self, line: str) -> Permit:
        raise Unreadable(f"the clock is always there; leave out {line!r}")

    def needs(self, operation: str, payload: Mapping[str, Any]) -> list[Need]:
        del operation
        seconds = payload.get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 1e9:
            raise Malformed("'seconds' must be a number from 0 up.")
        return []
