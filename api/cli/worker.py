"""`sealwright worker`: build, check, resume and call by schedule, without serving."""

import asyncio
import signal
from contextlib import suppress
from typing import cast

import click

from api.logs import configure, log
from api.processes import open_runtime, working
from api.settings import Settings
from api.watching.probes import probed


@click.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Build and check versions, without serving."""
    configure(as_json=settings.log_json)
    with suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(_work(settings))
    log.info("stopped")


async def _work(settings: Settings) -> None:
    """Until a signal says stop; what is under way is left in order, and goes on in another process."""
    loop, own = asyncio.get_running_loop(), cast("asyncio.Task[None]", asyncio.current_task())
    # As the first process of a container it has only the handlers that it sets: SIGTERM would be ignored.
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, own.cancel)
    build_tasks = max(settings.build_tasks, 1)
    async with (
        open_runtime(settings) as runtime,
        probed(settings, runtime),
        working(runtime, build_tasks, settings.pulse_file),
    ):
        log.info("working")
        await asyncio.Event().wait()
