"""`sealwright apikey create`: keys made by hand."""

import asyncio

import click

from api.cli.installation import opened
from api.settings import Settings
from tenants.agents import api_keys
from tenants.people import accounts
from tenants.rights.access import SCOPE_PERMISSIONS


@click.group()
def apikey() -> None:
    """API keys."""


@apikey.command("create")
@click.option("--tenant", "slug", required=True, help="The tenant's slug.")
@click.option("--email", required=True, help="The member the key belongs to; it never does more than they may.")
@click.option("--name", default="command line", show_default=True)
@click.option("--scope", "scopes", multiple=True, type=click.Choice(sorted(SCOPE_PERMISSIONS)), default=("tools:call",))
@click.pass_obj
def create_key(settings: Settings, slug: str, email: str, name: str, scopes: tuple[str, ...]) -> None:
    """Make an API key and print its token, once."""

    async def create() -> str:
        async with opened(settings) as database:
            actor = await accounts.actor_for(database, await accounts.by_email(database, email.lower()), slug)
            async with database.unit(actor.tenant_id) as session:
                _, token = await api_keys.create(session, actor, name=name, scopes=list(scopes))
            return token

    click.echo(asyncio.run(create()))
