"""The REST edge and the authorization server on a real port, for sign-in by a provider; no sandbox is needed."""

import itertools
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import anyio
import httpx2
import uvicorn

from api.app import rest_app
from api.auth.cookies import session_name
from api.oauth.clients.documents import Documents
from api.oauth.service import OAuth
from api.settings import Settings
from sandbox import Image, Pool
from tenants.base.db import Database
from tenants.base.key_ring import Ring
from tenants.capabilities import Capabilities
from tenants.runtime import Runtime
from tenants.stores.vault import Vault
from tests.api.oauth.provider import CLIENT_ID, CLIENT_SECRET, Provider

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class House:
    """A running server."""

    origin: str
    database: Database
    oauth: OAuth

    def browser(self) -> httpx2.AsyncClient:
        """A window with a jar for its cookies, which sends what the dashboard sends."""
        return httpx2.AsyncClient(base_url=self.origin, headers={"X-Sealwright-Csrf": "1"}, timeout=120)

    async def company(self, slug: str | None = None, email: str | None = None) -> "Company":
        """A tenant whose owner is signed in by password."""
        slug = slug or f"co-{next(_numbers)}"
        owner = self.browser()
        names = {"name": "Owner", "tenant_name": slug.title(), "tenant_slug": slug}
        body = {"email": email or f"owner@{slug}.example", "password": PASSWORD, **names}
        answer = await owner.post("/api/v1/signup", json=body)
        assert answer.status_code == 201, answer.text
        return Company(self, slug, owner)


@dataclass(frozen=True)
class Company:
    """A tenant, and its owner's browser."""

    house: House
    slug: str
    owner: httpx2.AsyncClient

    @property
    def api(self) -> str:
        return f"/api/v1/tenants/{self.slug}"

    async def trust(self, provider: Provider, name: str = "okta", **changes: Any) -> httpx2.Response:
        """Set up a provider; `changes` replace fields, and None leaves one out."""
        body = {
            "title": "Acme staff",
            "issuer": provider.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "email_domains": ["acme.example"],
            "newcomer_role": "author",
            **changes,
        }
        return await self.owner.put(f"{self.api}/identity-providers/{name}", json=body)

    async def add(self, email: str, role: str, browser: httpx2.AsyncClient) -> None:
        """Make whoever is signed in there a member: they are invited, and accept."""
        answer = await self.owner.post(f"{self.api}/members", json={"email": email, "role": role})
        assert answer.status_code == 202, answer.text
        token = answer.json()["link"].rpartition("/")[2]
        accepted = await browser.post(f"/api/v1/invitations/{token}/accept")
        assert accepted.status_code == 200, accepted.text

    async def audit(self) -> list[dict[str, Any]]:
        return (await self.owner.get(f"{self.api}/audit?limit=200")).json()["items"]

    async def members(self) -> dict[str, dict[str, Any]]:
        return {one["email"]: one for one in (await self.owner.get(f"{self.api}/members")).json()["items"]}


@dataclass
class Visit:
    """One browser's way to the provider and back, step by step."""

    company: Company
    browser: httpx2.AsyncClient
    name: str = "okta"
    answers: list[httpx2.Response] = field(default_factory=list[httpx2.Response])

    async def leave(self, query: str = "") -> str:
        """Click the button; return where the browser is sent."""
        answer = await self.browser.get(f"/t/{self.company.slug}/sign-in/{self.name}{query}")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def consent(self, address: str) -> str:
        """Be at the provider; return where it sends the browser back to."""
        async with httpx2.AsyncClient() as there:
            answer = await there.get(address)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    async def arrive(self, address: str) -> httpx2.Response:
        return await self.browser.get(address)

    async def whole(self, query: str = "") -> httpx2.Response:
        return await self.arrive(await self.consent(await self.leave(query)))

    async def session(self) -> dict[str, Any] | None:
        answer = await self.browser.get("/api/v1/session")
        return answer.json() if answer.status_code == 200 else None

    @property
    def token(self) -> str:
        return self.browser.cookies[session_name(self.company.house.origin)]


def visit(company: Company, name: str = "okta") -> Visit:
    return Visit(company, company.house.browser(), name)


@asynccontextmanager
async def opened(database: Database, folder: Path, *providers: Provider, **changes: Any) -> AsyncGenerator[House]:
    """Serve `database` on a free port of loopback, with `changes` to the settings; it may reach the providers there."""
    listener = socket.create_server(("127.0.0.1", 0))
    settings = Settings(data_dir=folder, port=listener.getsockname()[1]).model_copy(update=changes)
    vault = Vault(database, Ring({"k1": b"1" * 32}))
    places = tuple(urlsplit(provider.issuer).netloc for provider in providers)
    async with Capabilities.open(database) as effects:
        app = rest_app(settings)
        app.state.runtime = Runtime(
            database=database, pool=cast(Pool, None), image=cast(Image, None), effects=effects, vault=vault
        )
        app.state.oauth = OAuth(database, settings.origin, vault, Documents(places))
        config = uvicorn.Config(app, log_level="warning", lifespan="off", ws="none", timeout_graceful_shutdown=2)
        server = uvicorn.Server(config)
        async with anyio.create_task_group() as tasks:
            # The socket listens already: whoever comes before uvicorn is up waits in its backlog.
            tasks.start_soon(server.serve, [listener])
            try:
                yield House(settings.origin, database, app.state.oauth)
            finally:
                server.should_exit = True
        await app.state.runtime.close()
