"""The clock: waiting costs nothing but the tool's own time, and between two calls of a story more of it passes."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.contract.hosts import HostReply
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, InvalidWorld, Lasting, Stage

# How long a sleeping run keeps its instance (tenants/runs/suspensions.py).
_KEPT_S = 5.0
# So much passes where a story does not say it: a key that is made of the time shows, and it is the same hour.
_USUAL_NS = 60_000_000_000
_LATER = re.compile(r"([1-9]\d{0,5}) (second|minute|hour|day|week)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_YEARS_MAX = 20


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


def passed_ns(said: object) -> int:
    """How long passes, from a text such as "36 hours"; None: a minute. Raises InvalidWorld."""
    if said is None:
        return _USUAL_NS
    read = _LATER.fullmatch(said) if isinstance(said, str) else None
    if read is None:
        raise InvalidWorld(f'later: {str(said)[:80]!r} is no time such as "1 day", "36 hours" or "10 minutes".')
    seconds = int(read[1]) * _SECONDS[read[2]]
    if seconds > _YEARS_MAX * 366 * 86_400:
        raise InvalidWorld(f"later: at most {_YEARS_MAX} years pass between two calls.")
    return seconds * 1_000_000_000
