"""The MCP edge and the authorization server on a real port, with tools that are functions of the test itself.

Only the sandbox is replaced, by `Functions`: what these tests are about happens around it.
"""

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.auth.quotas import Quotas
from api.edge.throttle import Throttle
from api.mcp.edge import McpEdge
from api.mcp.handlers import Handlers
from api.oauth import routes as oauth_routes
from api.oauth.clients.documents import Documents
from api.oauth.service import OAuth
from sandbox import Call, Component, Execution, Failed, Fault, Grant, Host, Image, Limits, Pool, Returned
from tenants import migrations
from tenants.agents import api_keys
from tenants.base.db import Database
from tenants.base.key_ring import Ring
from tenants.capabilities import Capabilities
from tenants.models import Tenant, User
from tenants.people import accounts, invitations
from tenants.rights.access import Actor
from tenants.runtime import Runtime
from tenants.sign_in import sessions
from tenants.stores.vault import Vault
from tests.databases import RING
from tests.live_tools import Live, plain_spec, put_live

PASSWORD = "correct horse battery"
Function = Callable[[dict[str, Any], Host], Awaitable[Any]]
_numbers = itertools.count(1)


class Functions:
    """Stands where the pool of workers stands: a component's source names the function that runs."""

    meter = "none"

    def __init__(self) -> None:
        self.known: dict[str, Function] = {}
        self.cancelled: list[str] = []
        self.ran: list[str] = []

    def of(self, share: str, depth: int = 0) -> "Functions":
        """As a pool is asked for a tenant's share of it: here nobody waits for a place."""
        del share, depth
        return self

    async def run(self, component: Component, call: Call, *, grant: Grant, limits: Limits, host: Host) -> Execution:
        del grant, limits
        self.ran.append(component.name)
        try:
            result = await self.known[component.source](json.loads(call.arguments), host)
        except asyncio.CancelledError:
            self.cancelled.append(component.name)
            raise
        except ValueError as error:
            return Execution(Failed(Fault("failed", str(error), "Send something else.")), 1, 1, 1.0, 2, "")
        return Execution(Returned(json.dumps(result)), 1, 1, 1.0, 0, "")


async def echo(arguments: dict[str, Any], host: Host) -> Any:
    del host
    return {"echo": arguments["text"]}


async def fail(arguments: dict[str, Any], host: Host) -> Any:
    del host
    raise ValueError(f"cannot do {arguments['text']}")


async def hang(arguments: dict[str, Any], host: Host) -> Any:
    del arguments
    host.progress(1, 3, "started")
    await asyncio.Event().wait()


async def steps(arguments: dict[str, Any], host: Host) -> Any:
    del arguments
    for step in (1, 2, 3):
        host.progress(step, 3, f"step {step}")
        await asyncio.sleep(0.01)
    return {"echo": "done"}


TEXT_IN = {
    "type": "object",
    "properties": {"text": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}
ECHO_OUT = {"type": "object", "properties": {"echo": {"type": "string"}}, "required": ["echo"]}


@dataclass(frozen=True)
class Home:
    """A tenant with its owner: the key may do everything, the browser is signed in."""

    site: "Site"
    tenant: Tenant
    user: User
    owner: Actor
    key: str
    cookie: str

    @property
    def url(self) -> str:
        return f"{self.site.origin}/t/{self.tenant.slug}/mcp"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def browser(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            base_url=self.site.origin, cookies={self.site.oauth.cookie_name: self.cookie}, timeout=20
        )

    async def key_with(self, *scopes: str) -> str:
        async with self.site.database.unit(self.tenant.id) as session:
            return (await api_keys.create(session, self.owner, name="narrow", scopes=list(scopes)))[1]

    async def add(self, user: User, role: str) -> None:
        """Make somebody a member: they are invited, and accept."""
        async with self.site.database.unit(self.tenant.id) as session:
            _, token = await invitations.invite(session, self.owner, user.email, role)
        await invitations.accept(self.site.database, token, user, None)

    async def serve(
        self, name: str = "echo", function: str | None = None, built: Component | None = None, **changes: Any
    ) -> None:
        """Make a tool live, as if it had gone through everything; `built` is a real component of it."""
        spec = plain_spec(
            name, **{"title": name.title(), "input_schema": TEXT_IN, "output_schema": ECHO_OUT, **changes}
        )
        source = built.source if built else function or name
        await put_live(self.site.database, self.tenant.id, Live(spec, source, built))


@dataclass
class Site:
    """A running server."""

    origin: str
    database: Database
    runtime: Runtime
    oauth: OAuth
    functions: Functions
    app: FastAPI
    edge: McpEdge
    extra: dict[str, Any] = field(default_factory=dict[str, Any])

    async def home(self, slug: str | None = None) -> Home:
        slug = slug or f"home-{next(_numbers)}"
        user, tenant = await accounts.sign_up(
            self.database,
            email=f"owner@{slug}.example",
            password=PASSWORD,
            name="Owner",
            tenant_name=slug.title(),
            tenant_slug=slug,
        )
        owner = await accounts.actor_for(self.database, user, slug)
        async with self.database.unit(tenant.id) as session:
            scopes = ["tools:call", "tools:author", "runs:read"]
            _, key = await api_keys.create(session, owner, name="all", scopes=scopes)
        async with self.database.system() as session:
            cookie = await sessions.open(session, user)
        return Home(self, tenant, user, owner, key, cookie)


class _Front:
    def __init__(self, edge: McpEdge, rest: ASGIApp) -> None:
        self.edge, self.rest = edge, rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        mine = scope["type"] == "http" and self.edge.matches(scope["path"])
        await (self.edge if mine else self.rest)(scope, receive, send)


@asynccontextmanager
async def serving(
    database: Database,
    handlers: type[Handlers] = Handlers,
    documents: Documents | None = None,
    grace: timedelta = timedelta(seconds=20),
    registrations: int = 100_000,
    quotas: Quotas | None = None,
    pool: Pool | None = None,
) -> AsyncGenerator[Site]:
    """Serve `database` on a free port of loopback. `pool` takes the place of functions: the real sandbox."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    functions = Functions()
    functions.known.update(echo=echo, fail=fail, hang=hang, steps=steps)
    async with Capabilities.open(database) as effects:
        runtime = Runtime(
            database=database, pool=pool or cast(Pool, functions), image=cast(Image, None), effects=effects
        )
        vault = Vault(database, Ring({"k1": b"1" * 32}))
        oauth = OAuth(database, origin, vault, documents, grace, Throttle(registrations))
        app = FastAPI(redirect_slashes=False)
        app.state.runtime, app.state.oauth = runtime, oauth
        problems.install(app)
        app.include_router(oauth_routes.router)
        edge = McpEdge(origin, handlers, quotas)
        config = uvicorn.Config(
            _Front(edge, app),
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        async with edge.run(runtime, oauth.verify):
            task = asyncio.create_task(server.serve([listening]))
            try:
                while not server.started:
                    await asyncio.sleep(0.01)
                yield Site(origin, database, runtime, oauth, functions, app, edge)
            finally:
                server.should_exit = True
                await task
                await runtime.close()


async def new_database(folder: Path) -> Database:
    database = Database(f"sqlite+aiosqlite:///{folder / 'site.db'}", RING)
    await migrations.upgrade(database)
    return database
