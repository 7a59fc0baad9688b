"""The run's clock. It does not move while the tool computes, only while it waits, so that a run can be replayed.

`time.time()`, `datetime.now()` and `time.sleep()` go by the same clock.
"""

import datetime as _datetime

from sealwright import _host


def now():
    """The current time, an aware datetime in UTC."""
    return _datetime.datetime.now(_datetime.UTC)


def sleep(seconds=0, *, minutes=0, hours=0, days=0):
    """Wait. A long sleep (days) gives the instance up; the run goes on by itself when the time has come.

    Raises ValueError for a negative length.
    """
    seconds = float(seconds) + 60 * minutes + 3600 * hours + 86400 * days
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    _host.call("clock", "sleep", {"seconds": seconds})
