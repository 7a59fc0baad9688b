"""`sealwright tenant create | mail-domains | limits | usage | export | delete`: tenants, and what is allotted them."""

import asyncio

import click

from api.cli.installation import opened
from api.cli.operations.leaving import delete_tenant, export_tenant
from api.settings import Settings
from tenants.models import Tenant
from tenants.people import accounts
from tenants.rules import allotments, stored_bytes
from tenants.rules.quotas import Allowance


@click.group()
def tenant() -> None:
    """Tenants."""


@tenant.command("create")
@click.option("--name", required=True, help="The tenant's name.")
@click.option("--slug", help="In every URL; made from the name when left out.")
@click.option("--email", required=True, help="The owner's e-mail address.")
@click.option("--owner-name", help="The owner's name; the e-mail address when left out.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="The owner's password.")
@click.pass_obj
def create_tenant(
    settings: Settings, name: str, slug: str | None, email: str, owner_name: str | None, password: str
) -> None:
    """Make a tenant and its owner."""

    async def create() -> str:
        async with opened(settings) as database:
            _, made = await accounts.sign_up(
                database,
                email=email.lower(),
                password=password,
                name=owner_name or email,
                tenant_name=name,
                tenant_slug=slug,
            )
            return made.slug

    click.echo(f"{settings.origin}/t/{asyncio.run(create())}/mcp")


@tenant.command("mail-domains")
@click.argument("slug")
@click.argument("what", type=click.Choice(["list", "add", "remove"]), default="list")
@click.argument("domains", nargs=-1)
@click.option("--of-live-tools", is_flag=True, help="Besides DOMAINS, those that live tools have permits to send from.")
@click.pass_obj
def mail_domains(settings: Settings, slug: str, what: str, domains: tuple[str, ...], *, of_live_tools: bool) -> None:
    """Say from which domains a tenant may send mail: acme.com, *.acme.com for those below it, * for any."""

    async def change() -> str:
        async with opened(settings) as database, database.system() as session:
            actor = await allotments.operator(session, slug)
            wanted = allotments.Domains.parse(domains)
            used = await allotments.used_by_live_tools(session, slug)
            if of_live_tools:
                wanted |= used
            if what == "list":
                given = await allotments.mail_domains(session, slug)
                return f"may send from: {given}\nlive tools have permits for: {used}"
            act = allotments.allow if what == "add" else allotments.forbid
            return f"may send from: {await act(session, actor, slug, wanted)}"

    click.echo(asyncio.run(change()))


@tenant.command("limits")
@click.argument("slug")
@click.argument("limits", nargs=-1, metavar="[NAME=NUMBER]...")
@click.pass_obj
def limits(settings: Settings, slug: str, limits: tuple[str, ...]) -> None:
    """Give a tenant other limits than the platform's, as default and as ceiling; NAME= takes one back."""

    async def change() -> str:
        async with opened(settings) as database, database.system() as session:
            actor = await allotments.operator(session, slug)
            wanted = {name: value for name, _, value in (one.partition("=") for one in limits)}
            given = await allotments.limit(session, actor, slug, wanted)
            return "\n".join(f"{name}={value}" for name, value in sorted(given.items())) or "the platform's limits"

    click.echo(asyncio.run(change()))


@tenant.command("usage")
@click.argument("slug")
@click.option("--recount", is_flag=True, help="Count anew what is there, as housekeeping does once a day.")
@click.pass_obj
def usage(settings: Settings, slug: str, *, recount: bool) -> None:
    """Say what a tenant has stored and what it may store, in bytes."""

    async def ask() -> str:
        async with opened(settings) as database, database.system() as session:
            tenant_id = (await allotments.operator(session, slug)).tenant_id
            total = await (stored_bytes.recount if recount else stored_bytes.used)(session, tenant_id)
            most = Allowance.for_tenant(await session.get_one(Tenant, tenant_id)).stored_bytes
            return f"stored_bytes={total}\nstored_bytes_max={most}"

    click.echo(asyncio.run(ask()))


tenant.add_command(export_tenant)
tenant.add_command(delete_tenant)
