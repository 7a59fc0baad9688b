"""A tenant with live tools, made without the pipeline: for tests of what comes after approval."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox import Component, Grant, HostCall, HostReply
from tenants.base.db import Database
from tenants.capabilities import Parts
from tenants.models import Membership, Run, Tenant, User
from tenants.rights.access import Actor, ActorKind, Permission, Role
from tenants.runtime import Runtime
from tests.live_tools import Live, plain_spec, put_live


async def make_tenant(database: Database) -> Actor:
    slug = f"t-{secrets.token_hex(4)}"
    async with database.system() as session:
        tenant = Tenant(slug=slug, name=slug, policy={})
        ann = User(email=f"ann@{slug}.example", name="Ann")
        session.add_all([tenant, ann])
        await session.flush()
        session.add(Membership(tenant_id=tenant.id, user_id=ann.id, role=Role.OWNER.value))
    return Actor(ActorKind.PERSON, ann.id, "Ann", tenant.id, slug, ann.id, frozenset(Permission))


async def make_tool(
    runtime: Runtime,
    actor: Actor,
    source: str,
    capabilities: Mapping[str, Any] | None = None,
    name: str = "work",
    limits: Mapping[str, int] | None = None,
) -> None:
    """Make `source` live as `name`, for real: it is built here."""
    component = await runtime.pool.fork(source, name)
    assert isinstance(component, Component), component
    spec = plain_spec(name, effects="destructive", capabilities=dict(capabilities or {}), limits=dict(limits or {}))
    await put_live(runtime.database, actor.tenant_id, Live(spec, source, component), by=actor.who())


async def finished(runtime: Runtime, run: Run) -> Run:
    """Wait until a run that goes on behind us has finished."""
    async with asyncio.timeout(120):
        while True:
            async with runtime.database.reading(run.tenant_id) as session:
                row = await session.get_one(Run, run.id)
            if row.status == "finished":
                return row
            await asyncio.sleep(0.02)


@dataclass
class World:
    """A real host in memory that keeps what reached it, and stalls before or after the effect of chosen calls."""

    reached: list[HostCall] = field(default_factory=list[HostCall])
    stall_before: int | None = None
    stall_after: int | None = None
    stalled: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def host(self, tenant_id: str, run_id: str, tool_name: str, *, parts: Parts, grant: Grant) -> "World":
        return self

    async def answer(self, call: HostCall) -> HostReply:
        if call.seq == self.stall_before:
            await self._stall()
        self.reached.append(call)
        if call.seq == self.stall_after:
            await self._stall()
        return HostReply({"seq": call.seq, "nth": len(self.reached)}, elapsed_ns=1_000)

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        del done, total, message

    async def has_stalled(self) -> None:
        async with asyncio.timeout(120):
            await self.stalled.wait()

    async def _stall(self) -> None:
        self.stalled.set()
        await self.go_on.wait()

    @property
    def seqs(self) -> list[int]:
        return [call.seq for call in self.reached]
