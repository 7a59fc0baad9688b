"""The run's clock. It does not move while the tool computes, only while it waits, so that a run can be replayed.

`time.time()`, `datetime.now()` and `time.sleep()` go by the same clock.
"""

import datetime as _datetime

from sealwright import _host


def now() -> _datetime.datetime:
    """The current time, an aware datetime in UTC."""
    return _datetime.datetime.now(_datetime.UTC)


def sleep(seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
    """Wait, for the sum of what is given. Raises ValueError where that is negative.

    A sleep of more than 5 seconds gives the instance up; the run goes on by itself when the time has come.
    """
    seconds = float(seconds) + 60 * minutes + 3600 * hours + 86400 * days
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    _host.call("clock", "sleep", {"seconds": seconds})
