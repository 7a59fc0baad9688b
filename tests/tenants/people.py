"""People for tests: plain functions that make them through the front door."""

import secrets
from dataclasses import dataclass
from typing import Any

from sandbox import Component
from tenants.agents import api_keys
from tenants.base.db import Database
from tenants.confined import spec_rules
from tenants.confinement import spec_fields
from tenants.confinement.spec_fields import Checked
from tenants.models import User, Version
from tenants.people import accounts, invitations
from tenants.proving import pipeline
from tenants.rights.access import AGENT_SCOPES, Actor, ActorKind, Role, permissions_of
from tenants.rules import policies
from tenants.runtime import Runtime
from tenants.schemas import json_schemas
from tenants.tools import approvals, specs, versions
from tests.live_tools import Live, put_live

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Person:
    """Somebody who has signed up, and who they are in a tenant."""

    user: User
    actor: Actor


async def sign_up(database: Database, name: str = "acme") -> Person:
    """Make a person who owns a fresh tenant."""
    tag = secrets.token_hex(3)
    user, tenant = await accounts.sign_up(
        database,
        email=f"{name}-{tag}@example.com",
        password=PASSWORD,
        name=name.title(),
        tenant_name=name,
        tenant_slug=f"{name}-{tag}",
    )
    return Person(user, await accounts.actor_for(database, user, tenant.slug))


async def join(database: Database, owner: Actor, role: Role) -> Person:
    """Make another person, and a member of the owner's tenant."""
    other = await sign_up(database, role.value)
    async with database.unit(owner.tenant_id) as session:
        _, token = await invitations.invite(session, owner, other.user.email, role)
    await invitations.accept(database, token, other.user, None)
    return Person(other.user, await accounts.actor_for(database, other.user, owner.tenant_slug))


async def key_of(database: Database, actor: Actor, *scopes: str) -> tuple[Actor, str]:
    """Make an API key; return it as an actor, with its token."""
    async with database.unit(actor.tenant_id) as session:
        _, token = await api_keys.create(session, actor, name="for a test", scopes=list(scopes))
    return await api_keys.authenticate(database, token, actor.tenant_slug), token


def agent_of(actor: Actor) -> Actor:
    """An agent that this person has let in, as the OAuth edge makes it."""
    permissions = permissions_of(Role.OWNER, sorted(AGENT_SCOPES))
    return Actor(
        ActorKind.AGENT, "cli_claude", "Claude", actor.tenant_id, actor.tenant_slug, actor.user_id, permissions
    )


def spec(**changes: Any) -> dict[str, Any]:
    """A small valid spec, changed as asked."""
    return {
        "name": "add_numbers",
        "title": "Add numbers",
        "description": "Adds two numbers.",
        "input_schema": {
            "type": "object",
            "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
            "required": ["a", "b"],
        },
        "output_schema": {"type": "object", "properties": {"sum": {"type": "number"}}, "required": ["sum"]},
        "examples": [{"arguments": {"a": 1, "b": 2}, "result": {"sum": 3}}],
        **changes,
    }


SOURCE = '''"""Adds."""


def add_numbers(a: float, b: float) -> dict:
    """Add two numbers."""
    return {"sum": a + b}
'''


def checked(body: dict[str, Any]) -> Checked:
    """Check a spec here, in the test's own process. Raises InvalidError."""
    json_schemas.demand(spec_rules.problems(body), "The spec is not valid.")
    return Checked(spec_fields.complete(body))


async def propose(runtime: Runtime, actor: Actor, source: str = SOURCE, **changes: Any) -> Version:
    """Submit a tool's spec, or revise it, and a version of it; check it; return the version as it is then."""
    body = spec(**changes)
    async with runtime.database.unit(actor.tenant_id) as session:
        found = await specs.search(session, actor, body["name"])
        if any(tool.name == body["name"] for tool in found.items):
            await specs.revise(session, actor, body["name"], checked(body))
        else:
            await specs.submit(session, actor, checked(body))
        submitted = await versions.submit(session, actor, body["name"], source=source)
    await work(runtime)
    async with runtime.database.reading(actor.tenant_id) as session:
        return await versions.read(session, actor, body["name"], submitted.number)


async def work(runtime: Runtime) -> None:
    """Let the pipeline do what waits."""
    while await pipeline.step(runtime):
        pass


async def allow_self_approval(database: Database, owner: Actor) -> None:
    async with database.unit(owner.tenant_id) as session:
        await policies.change(session, owner, {"self_approval": True})


async def publish(runtime: Runtime, actor: Actor, source: str = SOURCE, **changes: Any) -> Version:
    """Bring a version live. The actor approves it alone."""
    version = await propose(runtime, actor, source, **changes)
    assert version.state == "awaiting_approval", version.findings
    async with runtime.database.unit(actor.tenant_id) as session:
        await policies.change(session, actor, {"self_approval": True})
        return await approvals.approve(session, actor, version.tool_name, version.number, version.digest or "")


async def publish_unproved(runtime: Runtime, actor: Actor, source: str, **changes: Any) -> None:
    """Put a tool live past the gates, for what they would never let through."""
    body = spec(examples=[], **changes)
    component = await runtime.pool.fork(source, body["name"])
    assert isinstance(component, Component), component
    await put_live(
        runtime.database, actor.tenant_id, Live(spec_fields.complete(body), source, component), by=actor.who()
    )
