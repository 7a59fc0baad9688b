"""Stored values, in memory."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, Lasting, Stage, mapping, says


def _never_first(call: HostCall, reply: HostReply) -> HostReply:
    del call
    return HostReply(value=False, elapsed_ns=reply.elapsed_ns)


class Values(Lasting):
    """`{"tool": {key: value}, "tenant": {key: value}}`."""

    wait: ClassVar[Wait] = Wait(1.2, 0.9)
    bad_days: ClassVar[tuple[BadDay, ...]] = (
        BadDay(
            "kv",
            "somebody else is always first to change the value",
            _never_first,
            ("given_up",),
            operation="compare_and_set",
        ),
    )

    def __init__(self, given: object, setting: Setting):
        del setting
        said = mapping(given, "kv")
        self.scopes = {scope: mapping(said.get(scope), f"kv.{scope}") for scope in ("tool", "tenant")}

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        values, key = self.scopes[payload.get("scope", "tool")], payload["key"]
        if operation == "get":
            return says(values.get(key))
        if operation == "compare_and_set" and values.get(key) != payload.get("expected"):
            return says(value=False)
        new = None if operation == "delete" else payload.get("value")
        if new != values.get(key):
            deeds.append(Deed("kv", "set", {"scope": payload.get("scope", "tool"), "key": key, "value": new}))
        values[key] = new
        return says(True if operation == "compare_and_set" else None)


STAGE: type[Stage] = Values
