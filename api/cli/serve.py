"""`sealwright serve`, `openapi`."""

import json

import click

from api import server
from api.app import rest_app
from api.logs import configure, log
from api.names import is_everywhere
from api.settings import Settings


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on.")
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None) -> None:
    """Serve the REST API, MCP and the dashboard."""
    given = {key: value for key, value in {"host": host, "port": port}.items() if value is not None}
    settings = settings.model_copy(update=given)
    configure(as_json=settings.log_json)
    log.info("starting")
    if settings.public_url is None and is_everywhere(settings.host):
        hint = "Set SEALWRIGHT_PUBLIC_URL to the origin that people and agents use, such as https://tools.acme.com."
        log.warning("only this machine is told where to go", published=settings.origin, hint=hint)
    server.serve(settings, lambda: log.info("serving", url=settings.origin))


@click.command()
@click.pass_obj
def openapi(settings: Settings) -> None:
    """Print the OpenAPI document."""
    click.echo(json.dumps(rest_app(settings).openapi(), indent=1, sort_keys=True))
