"""The `sealwright` command."""

import importlib
import os
import sys

import click
from pydantic import ValidationError

from api.folders import OTHERS
from api.settings import Settings
from tenants.base.errors import TenantsError

_MODULES = {
    "serve": "serve",
    "worker": "worker",
    "openapi": "serve",
    "doctor": "serve",
    "migrate": "migrate",
    "demo": "demo",
    "tenant": "tenant",
    "apikey": "apikey",
    "user": "people",
    "image": "image",
    "tool": "tool",
    "export": "export",
    "audit": "audit",
    "secrets": "secrets",
}


class _Group(click.Group):
    """Our errors end a command with one clear message and no traceback.

    A command's module is imported when it is called: a worker that starts again needs none of the demo's.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _MODULES:
            return None
        return getattr(importlib.import_module(f"api.cli.{_MODULES[cmd_name]}"), cmd_name)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except TenantsError as error:
            click.echo(f"error: {error.message}", err=True)
            for problem in getattr(error, "problems", []):
                click.echo(f"  {problem.get('path', '')}: {problem['message']}", err=True)
            if error.hint:
                click.echo(f"hint: {error.hint}", err=True)
            sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Write a tool once, prove it, seal it, and serve it over MCP."""
    # An image holds nothing of any tenant, and other users' processes may share one.
    os.umask(0o022 if context.invoked_subcommand == "image" else OTHERS)
    try:
        context.obj = Settings()
    except ValidationError as error:
        lines = [f"SEALWRIGHT_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors()]
        raise click.ClickException("these settings are not valid:\n  " + "\n  ".join(lines)) from None
