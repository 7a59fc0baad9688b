"""The `sealwright` command."""

import sys

import click
from pydantic import ValidationError

from api.cli import admin, demo, generate, serve, tool, vouching
from api.settings import Settings
from tenants.errors import TenantsError


class _Group(click.Group):
    """Our errors end a command with one clear message and no traceback."""

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
    try:
        context.obj = Settings()
    except ValidationError as error:
        lines = [f"SEALWRIGHT_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors()]
        raise click.ClickException("these settings are not valid:\n  " + "\n  ".join(lines)) from None


main.add_command(serve.serve)
main.add_command(serve.worker)
main.add_command(serve.openapi)
main.add_command(serve.doctor)
main.add_command(demo.demo)
main.add_command(admin.tenant)
main.add_command(admin.apikey)
main.add_command(admin.image)
tool.tool.add_command(generate.generate_tool)
main.add_command(tool.tool)
main.add_command(vouching.audit)
main.add_command(vouching.secrets)
