"""The clock: waiting costs nothing but the tool's own time."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.contract.hosts import HostReply
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, Lasting, Stage

# How long a sleeping run keeps its instance (tenants/runs/suspensions.py).
_KEPT_S = 5.0


class Clock(Lasting):
    """Sleeping takes no time here, except on the tool's own clock."""

    wait: ClassVar[Wait] = Wait(0.3, 0.9, plain_ns=0)
    bad_days: ClassVar[tuple[BadDay, ...]] = ()

    def __init__(self, given: object, setting: Setting):
        del given  # a world says nothing of it
        self._setting = setting

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        del operation, deeds
        seconds, draws = float(payload.get("seconds", 0)), self._setting.draws
        # A long sleep is put aside and ends when it is due; whoever sleeps for short wakes a little late.
        late_ns = self._setting.wait_ns("clock", self.wait) if draws is not None and seconds <= _KEPT_S else 0
        return HostReply(value=None, elapsed_ns=int(seconds * 1e9) + late_ns)


STAGE: type[Stage] = Clock
