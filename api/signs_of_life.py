"""What a process shows unasked to whoever runs it: that it lives, and how long work waits.

A worker answers no port, so a probe has a file to look at: it is touched from the event loop, and ages when that
stands still. Asking the database there was rejected: starting a process anew mends no database.
"""

import asyncio
from dataclasses import asdict
from pathlib import Path

from api.logs import log
from tenants.base.errors import DatabaseAwayError
from tenants.runs import waiting_work
from tenants.runtime import Runtime

PULSE_EVERY_S = 5.0
_TELL_EVERY_S = 60.0


async def beat(file: Path) -> None:
    """Touch `file` every few seconds, until cancelled. Raises OSError where it cannot be written."""
    while True:
        await asyncio.to_thread(file.touch)
        await asyncio.sleep(PULSE_EVERY_S)


async def tell_waiting(runtime: Runtime) -> None:
    """Log every minute what waits for a process and for how long, until cancelled: what one scales workers by."""
    while True:
        try:
            log.info("waiting", **asdict(await waiting_work.measure(runtime.database)))
        except DatabaseAwayError:
            pass  # it has a line of its own
        except Exception:  # noqa: BLE001  (a line that is missing stops no process)
            log.exception("looking at what waits stumbled")
        await asyncio.sleep(_TELL_EVERY_S)
