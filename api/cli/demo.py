"""`sealwright demo`: the whole product with its demo data, in one process, on one machine."""

import asyncio
import json
import shlex
import sys
from typing import TYPE_CHECKING, Any

import click

from api import server
from api.logs import configure
from api.settings import Settings
from api.startup import starting
from sandbox import images

if TYPE_CHECKING:
    from api.demo.story import Access


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON instead of the welcome.")
@click.option("--port", type=int, help="The port to listen on; the next free one is taken.")
@click.pass_obj
def demo(settings: Settings, *, as_json: bool, port: int | None) -> None:
    """Serve with demo data: build the example tools, approve them, call one, and keep serving."""
    configure(as_json=settings.log_json)
    try:
        asyncio.run(_demo(settings, port or settings.port, as_json=as_json))
    except KeyboardInterrupt:
        click.echo("stopped; start it again and it goes on where it was", err=True)


async def _demo(settings: Settings, port: int, *, as_json: bool) -> None:
    # Here, because the demo's services need packages that are not there where one only serves.
    from api.demo import story  # noqa: PLC0415
    from api.demo.world import open_world  # noqa: PLC0415

    with starting():
        taken = server.free_port(settings.host, port)
    if taken != port:
        _say(f"Port {port} is in use; taking {taken}.")
    async with open_world(settings.data_dir / "demo", _say) as world:
        settings = world.settings(settings.model_copy(update={"port": taken}))
        _say("Opening the image and the database (the first start builds the image: about a minute)")
        await asyncio.to_thread(images.ensure, settings.images, _say, settings.sandbox_meter)
        async with server.serving(settings) as serving:
            access = await story.prepare(settings, world, _say)
            await story.tell(access, world, _say)
            welcome = _welcome(access, story.GREETING_CALL, world.mailbox_url)
            click.echo(json.dumps(access.as_dict()) if as_json else welcome)
            sys.stdout.flush()
            await serving


def _say(line: str) -> None:
    click.echo(f"{click.style('==>', bold=True)} {line}", err=True)


def _welcome(access: "Access", arguments: dict[str, Any], mailbox_url: str) -> str:
    header = f"Authorization: Bearer {access.api_key}"
    body = json.dumps({"arguments": arguments})
    return f"""
  Dashboard   {access.base_url}
  Sign in     {access.email}  {access.password}
  MCP         {access.mcp_url}
  Mailbox     {mailbox_url}

  claude mcp add --transport http sealwright {access.mcp_url} --header {shlex.quote(header)}

  curl -s {access.base_url}/api/v1/tenants/{access.tenant}/tools/campaign_send_bulk/runs \\
    -H {shlex.quote(header)} -H 'Content-Type: application/json' \\
    -d {shlex.quote(body)}

Serving. Ctrl-C stops; start it again and it goes on where it was.
"""
