"""`sealwright serve`, `openapi`."""

import json
from functools import partial

import click

from api import server
from api.app import rest_app
from api.logs import configure, log
from api.names import is_everywhere
from api.settings import Settings
from api.siblings.parent import serve_as_parent
from api.siblings.parts import part_of


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on.")
@click.option("--processes", type=click.IntRange(1, 256), help="How many processes serve it together.")
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None, processes: int | None) -> None:
    """Serve the REST API, MCP and the dashboard."""
    given = {"host": host, "port": port, "processes": processes}
    settings = settings.model_copy(update={key: value for key, value in given.items() if value is not None})
    configure(as_json=settings.log_json)
    log.info("starting")
    if settings.public_url is None and is_everywhere(settings.host):
        hint = "Set SEALWRIGHT_PUBLIC_URL to the origin that people and agents use, such as https://tools.acme.com."
        log.warning("only this machine is told where to go", published=settings.origin, hint=hint)
    if settings.processes == 1:
        server.serve(settings, lambda: log.info("serving", url=settings.origin))
        return
    told = partial(log.info, "serving", url=settings.origin, processes=settings.processes)
    line = serve_as_parent(settings, told)
    if line is not None:
        server.serve(part_of(settings, line.number), lambda: None, line)


@click.command()
@click.pass_obj
def openapi(settings: Settings) -> None:
    """Print the OpenAPI document."""
    click.echo(json.dumps(rest_app(settings).openapi(), indent=1, sort_keys=True))
