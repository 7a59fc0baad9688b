"""The ledger, in memory."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, Lasting, Stage, listing, mapping, says


def _never_free(call: HostCall, reply: HostReply) -> HostReply:
    return HostReply(value=["in_flight" for _ in call.payload.get("keys", [])], elapsed_ns=reply.elapsed_ns)


class Ledger(Lasting):
    """`{"done": [keys], "in_flight": [keys]}`. It outlives a run, as the real one does."""

    wait: ClassVar[Wait] = Wait(1.2, 0.9)
    bad_days: ClassVar[tuple[BadDay, ...]] = (
        BadDay("ledger", "somebody else never lets go of the key", _never_free, ("given_up",), operation="claim"),
    )

    def __init__(self, given: object, setting: Setting):
        del setting
        said = mapping(given, "ledger")
        self.state = {str(key): "done" for key in listing(said.get("done"), "ledger.done")}
        self.state |= {str(key): "in_flight" for key in listing(said.get("in_flight"), "ledger.in_flight")}

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        if operation == "is_done":
            return says(self.state.get(payload["key"]) == "done")
        keys: list[str] = payload["keys"]
        if operation == "claim":
            return says([self._claim(key) for key in keys])
        for key in keys:
            self._settle(key, operation, deeds)
        return says(None)

    def _claim(self, key: str) -> str:
        if key in self.state:
            return self.state[key]
        self.state[key] = "in_flight"
        return "claimed"

    def _settle(self, key: str, operation: str, deeds: list[Deed]) -> None:
        if operation == "release":
            if self.state.get(key) == "in_flight":
                del self.state[key]
        elif self.state.get(key) != "done":
            self.state[key] = "done"
            deeds.append(Deed("ledger", "done", {"key": key}))


STAGE: type[Stage] = Ledger
