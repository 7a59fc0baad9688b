"""The ledger, in memory."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sandbox.capabilities.ledger import KEY_CHARACTERS_MAX
from sandbox.capabilities.permits import texts
from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, Lasting, Stage, demand, fails, listing, part, says
from sandbox.worlds.statements import Statements

# The run that holds what a world says is in flight.
_ANOTHERS = -1


def _never_free(call: HostCall, reply: HostReply) -> HostReply:
    return HostReply(value=["in_flight" for _ in call.payload.get("keys", [])], elapsed_ns=reply.elapsed_ns)


class Ledger(Lasting):
    """`{"done": [keys], "in_flight": [keys]}`."""

    stated: ClassVar[Statements] = Statements(
        told=lambda what: f"ledger key {what.get('key')}",
        fields={"key": "text"},
        substance=("key",),
        short="key",
        kept="json",
        kept_by=1,
    )
    wait: ClassVar[Wait] = Wait(1.2, 0.9)
    bad_days: ClassVar[tuple[BadDay, ...]] = (
        BadDay("ledger", "somebody else never lets go of the key", _never_free, ("given_up",), operation="claim"),
    )

    def __init__(self, given: object, setting: Setting):
        self._setting = setting
        said = part(given, "ledger", ("done", "in_flight"))
        # By key: None for what is done, else the run that has claimed it. What a world says is another's.
        self._claims: dict[str, int | None] = dict.fromkeys(_keys(said, "done"))
        self._claims |= dict.fromkeys(_keys(said, "in_flight"), _ANOTHERS)

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        if operation == "is_done":
            return says(self._state(payload["key"]) == "done")
        keys: list[str] = payload["keys"]
        if operation == "claim":
            return says([self._claim(key) for key in keys])
        if operation == "release":
            for key in keys:
                if self._claims.get(key) == self._setting.run:
                    del self._claims[key]
            return says(None)
        return self._done(keys, deeds)

    def _state(self, key: str) -> str | None:
        if key not in self._claims:
            return None
        return "done" if self._claims[key] is None else "in_flight"

    def _claim(self, key: str) -> str:
        state = self._state(key)
        if state is None:
            self._claims[key] = self._setting.run
        return state or "claimed"

    def _done(self, keys: list[str], deeds: list[Deed]) -> HostReply:
        """What another run holds is its own to settle; that the others happened is not lost."""
        foreign = sorted({key for key in keys if self._claims.get(key) not in {None, self._setting.run}})
        for key in dict.fromkeys(keys):
            if key not in foreign and self._state(key) != "done":
                self._claims[key] = None
                deeds.append(Deed("ledger", "done", {"key": key}))
        if foreign:
            hint = "Claim a key before its effect."
            return fails("not_yours", f"Another run holds {foreign[0]!r}.", hint, {"keys": foreign})
        return says(None)

    def amend(self, given: object) -> None:
        said = part(given, "ledger", ("done", "in_flight", "released"))
        for key in _keys(said, "released"):
            if self._state(key) == "in_flight":
                del self._claims[key]
        self._claims |= dict.fromkeys(_keys(said, "done"))
        self._claims |= {key: _ANOTHERS for key in _keys(said, "in_flight") if self._state(key) != "done"}

    def kept(self, place: Sequence[str]) -> str | None:
        return self._state(place[0])


STAGE: type[Stage] = Ledger


def _keys(said: Mapping[str, Any], field: str) -> list[str]:
    keys = listing(said.get(field), f"ledger.{field}")
    demand(lambda: texts({field: keys}, field, KEY_CHARACTERS_MAX), "ledger")
    return keys
