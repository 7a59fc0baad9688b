"""`sealwright serve`, `worker`, `openapi`, `doctor`."""

import asyncio
import json

import click

from api import server
from api.app import open_runtime, rest_app, working
from api.logs import configure, log
from api.settings import Settings
from sandbox import hardening_report


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on.")
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None) -> None:
    """Serve the REST API, MCP and the dashboard."""
    given = {key: value for key, value in {"host": host, "port": port}.items() if value is not None}
    settings = settings.model_copy(update=given)
    configure(as_json=settings.log_json)
    log.info("serving", url=settings.origin)
    server.serve(settings)


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


@click.command()
@click.pass_obj
def openapi(settings: Settings) -> None:
    """Print the OpenAPI document."""
    click.echo(json.dumps(rest_app(settings).openapi(), indent=1, sort_keys=True))


@click.command()
def doctor() -> None:
    """Say which walls around the sandbox's workers this system grants."""
    for line in hardening_report():
        click.echo(line)
