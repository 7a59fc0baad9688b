"""Stored values, in memory."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sandbox.capabilities.kv import ENTRIES_MAX, KEY_CHARACTERS_MAX, SCOPES, demand_value, same
from sandbox.capabilities.permits import text
from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, Lasting, Stage, demand, fails, mapping, part, says
from sandbox.worlds.statements import Seen, Statements


def _never_first(call: HostCall, reply: HostReply) -> HostReply:
    del call
    return HostReply(value=False, elapsed_ns=reply.elapsed_ns)


class Values(Lasting):
    """`{"tool": {key: value}, "tenant": {key: value}}`."""

    stated: ClassVar[Statements] = Statements(
        told=lambda what: f"kv {what.get('scope')} {what.get('key')}",
        fields={"scope": "json", "key": "json", "value": "json"},
        substance=("value",),
        places=("scope", "key"),
        value="value",
        kept="json",
        kept_by=2,
        choices=tuple(SCOPES),
    )
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
        self.scopes = _read(given)
        self.begin()

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        scope, key = payload.get("scope", SCOPES[0]), payload["key"]
        values = self.scopes[scope]
        if operation == "get":
            return says(values.get(key))
        if operation == "compare_and_set" and not same(values.get(key), payload.get("expected")):
            return says(value=False)
        new = None if operation == "delete" else payload.get("value")
        if new is not None and values.get(key) is None and self._kept(scope) >= ENTRIES_MAX:
            return fails("over_quota", f"There are {ENTRIES_MAX:,} values in this scope already.", "Delete some.")
        if not same(new, values.get(key)):
            deeds.append(Deed("kv", "set", {"scope": scope, "key": key, "value": new}))
        values[key] = new
        return says(True if operation == "compare_and_set" else None)

    def amend(self, given: object) -> None:
        for scope, changed in _read(given).items():
            self.scopes[scope].update(changed)

    def _kept(self, scope: str) -> int:
        return sum(value is not None for value in self.scopes[scope].values())

    def begin(self) -> None:
        self._began = {scope: dict(values) for scope, values in self.scopes.items()}

    def done(self, deeds: Sequence[Deed], asked: Sequence[Mapping[str, Any]]) -> list[Seen]:
        """Only what has changed in the end: a lock that is given back is nothing."""
        del deeds, asked
        return [
            Seen({"scope": scope, "key": key, "value": value})
            for scope, values in self.scopes.items()
            for key, value in values.items()
            if not same(value, self._began[scope].get(key))
        ]

    def kept(self, place: Sequence[str]) -> Any:
        scope, key = place
        return self.scopes[scope].get(key)


STAGE: type[Stage] = Values


def _read(given: object) -> dict[str, dict[str, Any]]:
    said = part(given, "kv", SCOPES)
    scopes = {scope: mapping(said.get(scope), f"kv.{scope}") for scope in SCOPES}
    for scope, kept in scopes.items():
        for key, value in kept.items():
            demand(lambda: text({"key": key}, "key", KEY_CHARACTERS_MAX), f"kv.{scope}")  # noqa: B023
            demand(lambda: demand_value(value), f"kv.{scope}.{key}")  # noqa: B023
    return scopes
