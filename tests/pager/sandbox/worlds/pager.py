"""A pager that nobody hears: `{"away": [names]}` says whom it does not reach."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, Lasting, Stage, fails, listing, mapping, says


def _nobody_answers(call: HostCall, reply: HostReply) -> HostReply:
    unreached = fails("unreached", f"{call.payload.get('whom')} did not answer.", "Try again later.")
    return HostReply(fault=unreached.fault, elapsed_ns=reply.elapsed_ns)


class Pager(Lasting):
    wait: ClassVar[Wait] = Wait(900, 0.5)
    bad_days: ClassVar[tuple[BadDay, ...]] = (
        BadDay(
            "pager",
            "nobody carries the pager",
            _nobody_answers,
            ("noticed", "made_up_for"),
            first="nobody carries the pager",
            never="pages are never sent",
        ),
    )

    def __init__(self, given: object, setting: Setting):
        del setting
        self._away = listing(mapping(given, "pager").get("away"), "pager.away")
        self._keys: set[Any] = set()

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        if payload["whom"] in self._away:
            return fails("unreached", f"{payload['whom']} did not answer.", "Try again later.")
        key = payload.get("key")
        if key is None or key not in self._keys:
            deeds.append(Deed("pager", operation, payload))
        self._keys.add(key)
        return says({"id": "page-1"})


STAGE: type[Stage] = Pager
