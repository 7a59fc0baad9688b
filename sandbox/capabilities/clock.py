"""clock: waiting. It reaches nothing, so no permit is needed and none can be written."""

from collections.abc import Mapping
from typing import Any

from sandbox.capabilities.permits import Malformed, Permit, Unreadable, demand_known
from sandbox.capabilities.traits import Capability, Kind, Plain, Reading, Traits
from sandbox.contract.hosts import Effect


class Clock(Plain):
    name = "clock"
    grammar: tuple[str, ...] = ()
    operations: Mapping[str, Effect] = {"sleep": "read"}
    traits = Traits(
        ambient=True,
        reaches_out=False,
        reaches_people=False,
        asks_people=False,
        waits_for_nobody=False,
        shared=False,
        harmless_in_doubt=True,
        repeatable=False,
        batches={},
        in_parts=frozenset(),
        keys="nobody",
        contents_compared=False,
        tenant_limit=None,
    )

    def permit(self, line: str) -> Permit:
        """Raises Unreadable for any line."""
        raise Unreadable(f"the clock is always there; leave out {line!r}")

    def read(self, operation: str, payload: Mapping[str, Any]) -> Reading:
        """Raises Malformed."""
        seconds = payload.get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 1e9:
            raise Malformed("'seconds' must be a number from 0 up, and below 1,000,000,000.")
        return Reading(payload, (), self.operations[operation], 1, (payload,))

    def check(self, operation: str, payload: Mapping[str, Any]) -> None:
        """Raises Malformed."""
        demand_known(payload, ("seconds",), f"clock.{operation}")

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        del operation, what
        return "question"

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        return f"clock {operation} {what.get('seconds')}"


CAPABILITY: Capability = Clock()
