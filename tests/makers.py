"""Things tests make: a served product, a tenant with its ways in, specs and tools that went through every gate."""

import asyncio
import fcntl
import itertools
import os
import socket
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx2
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from pydantic import SecretStr

from api import server
from api.settings import Settings
from examples.world import mail
from tenants.rights.access import SCOPE_PERMISSIONS

CHECKOUT = Path(__file__).parents[1]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Product:
    """A running server and the mail server its tools send through."""

    settings: Settings
    mailbox: mail.Sink

    @property
    def url(self) -> str:
        return self.settings.origin


@dataclass(frozen=True)
class TenantAccess:
    """A tenant of a product: `api` is its REST root with an all-scopes key, `person` its owner's signed-in browser."""

    product: Product
    slug: str
    email: str
    password: str
    token: str
    api: httpx2.AsyncClient
    person: httpx2.AsyncClient

    @property
    def mcp_url(self) -> str:
        return f"{self.product.url}/t/{self.slug}/mcp"


# Below those that the system gives to whoever connects (32,768 and up): one of them may be taken at any moment.
_PORTS = range(18_000, 32_000)
_ports_held: list[IO[str]] = []


def unused_port() -> int:
    """A port that nothing listens on, and that no other process of any test run is given while this one lives."""
    folder = Path(tempfile.gettempdir()) / "sealwright-test-ports"
    folder.mkdir(exist_ok=True)
    begun = os.getpid() * 61 % len(_PORTS)
    for port in (*_PORTS[begun:], *_PORTS[:begun]):
        held = (folder / str(port)).open("a", encoding="utf-8")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            held.close()
            continue
        _ports_held.append(held)
        return port
    raise OSError("no port is free for a test")


async def all_of(api: httpx2.AsyncClient, path: str) -> list[dict[str, Any]]:
    """Every item of a list, however many pages it has."""
    items: list[dict[str, Any]] = []
    address = f"{path}{'&' if '?' in path else '?'}limit=200"
    cursor = ""
    while True:
        page = (await api.get(f"{address}&cursor={cursor}" if cursor else address)).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return items


@asynccontextmanager
async def served(folder: Path, **changes: Any) -> AsyncGenerator[Product]:
    """Serve the product with its data in `folder`; `changes` are settings."""
    async with mail.serve() as mailbox:
        settings = Settings(
            data_dir=folder,
            images_dir=CHECKOUT / ".data" / "images",
            port=unused_port(),
            sandbox_workers=1,
            smtp_url=SecretStr(f"smtp://127.0.0.1:{mailbox.smtp_port}"),
            mail_domains=("*",),
        ).model_copy(update=changes)
        async with server.serving(settings):
            yield Product(settings, mailbox)


async def sign_up(product: Product, *, self_approval: bool = True) -> TenantAccess:
    """Sign up over HTTP; by default the owner may approve alone, which a new tenant's policy refuses."""
    slug = f"tenant-{next(_numbers)}"
    email, password = f"owner@{slug}.example", "correct horse battery"
    person = httpx2.AsyncClient(base_url=f"{product.url}/api/v1", headers={"X-Sealwright-Csrf": "1"}, timeout=60)
    names = {"name": "Owner", "tenant_name": slug, "tenant_slug": slug}
    answer = await person.post("/signup", json={"email": email, "password": password, **names})
    assert answer.status_code == 201, answer.text
    if self_approval:
        answer = await person.patch(f"/tenants/{slug}/policy", json={"self_approval": True})
        assert answer.status_code == 200, answer.text
    answer = await person.post(f"/tenants/{slug}/api-keys", json={"name": "all", "scopes": sorted(SCOPE_PERMISSIONS)})
    assert answer.status_code == 201, answer.text
    token = answer.json()["token"]
    api = httpx2.AsyncClient(
        base_url=f"{product.url}/api/v1/tenants/{slug}", headers={"Authorization": f"Bearer {token}"}, timeout=60
    )
    return TenantAccess(product, slug, email, password, token, api, person)


def make_spec(name: str = "add_numbers", **changes: Any) -> dict[str, Any]:
    """A small sound spec; `changes` replace its parts."""
    spec: dict[str, Any] = {
        "name": name,
        "title": "Add numbers",
        "description": "Adds two whole numbers and says what came out.",
        "input_schema": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
            "additionalProperties": False,
        },
        "output_schema": {
            "type": "object",
            "properties": {"sum": {"type": "integer"}},
            "required": ["sum"],
            "additionalProperties": False,
        },
        "examples": [
            {"arguments": {"a": 1, "b": 2}, "result": {"sum": 3}},
            {"arguments": {"a": -5, "b": 5}, "result": {"sum": 0}},
        ],
        "holdouts": [{"arguments": {"a": 20, "b": 22}, "result": {"sum": 42}}],
        "effects": "read",
    }
    return {**spec, **changes}


def make_source(name: str = "add_numbers") -> str:
    return f'''"""Add numbers."""


def {name}(a: int, b: int) -> dict[str, int]:
    """Return the sum of two whole numbers."""
    return {{"sum": a + b}}
'''


async def submit(tenant: TenantAccess, spec: dict[str, Any], source: str) -> dict[str, Any]:
    """Submit a spec (if it is new) and a source; return the version once its gates have ended."""
    answer = await tenant.api.post("/tools", json=spec)
    assert answer.status_code in {201, 409}, answer.text
    return await propose(tenant, spec["name"], source)


async def propose(tenant: TenantAccess, name: str, source: str) -> dict[str, Any]:
    answer = await tenant.api.post(f"/tools/{name}/versions", json={"source": source})
    assert answer.status_code == 202, answer.text
    return await settled(tenant, name, answer.json()["number"])


async def settled(tenant: TenantAccess, name: str, number: int) -> dict[str, Any]:
    async with asyncio.timeout(400):
        while True:
            version = (await tenant.api.get(f"/tools/{name}/versions/{number}")).json()
            if version["state"] not in {"draft", "generating", "checking"}:
                return version
            await asyncio.sleep(0.02)


async def make_live(
    tenant: TenantAccess, spec: dict[str, Any] | None = None, source: str | None = None
) -> dict[str, Any]:
    """Take a tool through every gate and approve it; return the live version."""
    spec = spec or make_spec()
    version = await submit(tenant, spec, source or make_source(spec["name"]))
    assert version["state"] == "awaiting_approval", version["findings"]
    answer = await tenant.api.post(
        f"/tools/{spec['name']}/versions/{version['number']}/approve", json={"digest": version["digest"]}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


@asynccontextmanager
async def mcp_session(tenant: TenantAccess, token: str | None = None) -> AsyncGenerator[ClientSession]:
    """The official MCP client, connected to the tenant's endpoint with a bearer token."""
    headers = {"Authorization": f"Bearer {token or tenant.token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        streamable_http_client(tenant.mcp_url, http_client=http) as (reading, writing),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        yield session
