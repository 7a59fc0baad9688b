"""How fast fuel burns here, for runs whose gauge cannot be read."""

import threading
from dataclasses import dataclass, field

from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Cancelled, Exhausted, Outcome

# A shorter run says more about how it began than about how it went.
_TELLING_S = 0.005
# Of an interpreter's loop on a slow machine: it stands until some run has ended by itself.
_SLOW = 150_000_000.0


@dataclass(slots=True)
class Pace:
    """Fuel a second of computing, as the runs of this process burn it.

    Native code keeps its fuel in a register and writes it down when it calls something. One that is stopped inside a
    loop, by the clock or by somebody, leaves what stood there before the loop: of 20 seconds as good as nothing. What
    such a run has used is reckoned from the time that it computed for.
    """

    per_second: float = _SLOW
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def correct(self, read: int, computed_s: float, limits: Limits, stopped: Outcome | None) -> int:
        """What a run has used. `read` is what its gauge says, `stopped` why it was stopped, where it was."""
        if _is_cut_off(stopped):
            return max(read, min(limits.fuel, int(computed_s * self.per_second)))
        if stopped is None and computed_s >= _TELLING_S:
            with self._lock:
                self.per_second += (read / computed_s - self.per_second) / 8
        return read


def _is_cut_off(stopped: Outcome | None) -> bool:
    """Whether a run ended wherever it was. Any other limit is reached in a call, where the gauge is right."""
    return isinstance(stopped, Cancelled) or (isinstance(stopped, Exhausted) and stopped.fault.code == "wall_ms")
