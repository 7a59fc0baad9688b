"""`sealwright worker`: build, check, resume and call by schedule, without serving."""

import asyncio

import click

from api.logs import configure, log
from api.processes import open_runtime, working
from api.settings import Settings


@click.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Build and check versions, without serving."""
    configure(as_json=settings.log_json)

    async def work() -> None:
        async with open_runtime(settings) as runtime, working(runtime, max(settings.build_tasks, 1)):
            log.info("working")
            await asyncio.Event().wait()

    asyncio.run(work())
