"""The `sealwright` command."""

import importlib
import os
import sys
from typing import cast

import click
from pydantic import ValidationError

from api.folders import OTHERS
from api.logs import configure, log
from api.settings import Settings, wants_json
from api.startup import StartError
from tenants.base.errors import TenantsError

# As shells say of a command that was ended by Ctrl-C.
_INTERRUPTED = 130
_MODULES = {
    "serve": "serve",
    "worker": "worker",
    "openapi": "serve",
    "doctor": "operations.doctor",
    "migrate": "migrate",
    "backup": "operations.backup",
    "restore": "operations.backup",
    "retention": "operations.retention",
    "demo": "demo",
    "tenant": "tenant",
    "apikey": "apikey",
    "user": "people",
    "image": "image",
    "tool": "tool",
    "export": "export",
    "audit": "audit",
    "keys": "operations.keys",
    "secrets": "operations.keys",
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
        as_json = wants_json()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            if not as_json:
                raise
            sys.exit(_INTERRUPTED)
        except Exception as error:
            cause = _only(error)
            if not isinstance(cause, TenantsError | StartError):
                raise
            _tell(cause, as_json=as_json)
            sys.exit(1)


def _only(error: BaseException) -> BaseException:
    """What a task group was ended by, if that is one error."""
    inner = cast("tuple[BaseException, ...]", getattr(error, "exceptions", ()))
    return _only(inner[0]) if len(inner) == 1 else error


def _tell(error: TenantsError | StartError, *, as_json: bool) -> None:
    problems = [f"{one.get('path', '')}: {one['message']}" for one in getattr(error, "problems", [])]
    if as_json:
        configure(as_json=True)
        more = {"hint": error.hint} if error.hint else {}
        log.error(error.message, **more, **({"problems": problems} if problems else {}))
        return
    click.echo(f"error: {error.message}", err=True)
    for problem in problems:
        click.echo(f"  {problem}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Write a tool once, prove it, seal it, and serve it over MCP."""
    # An image holds nothing of any tenant, and other users' processes may share one.
    before = os.umask(0o022 if context.invoked_subcommand == "image" else OTHERS)
    context.call_on_close(lambda: os.umask(before))  # whoever runs a command inside a process of theirs keeps their own
    try:
        context.obj = Settings()
    except ValidationError as error:
        said = [
            (f"SEALWRIGHT_{str(item['loc'][0]).upper()}", item["msg"].removeprefix("Value error, "))
            for item in error.errors()
        ]
        problems = [{"path": name, "message": message} for name, message in said]
        hint = "docs/settings.md says what each of them may be."
        raise StartError("These settings are not valid.", hint, problems) from None
