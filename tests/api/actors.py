"""Everybody who can act in one tenant, each as an HTTP client: people in sessions, keys, an agent, a machine."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
from sqlalchemy import select

from tenants.models import Tenant
from tenants.rights.access import SCOPE_PERMISSIONS
from tests.api.oauth.house import Company, House
from tests.api.oauth.party import REDIRECT, hidden, parameters
from tests.live_tools import Live, plain_spec, put_live

AUTHORS = ["tools:call", "tools:author", "runs:read", "runs:cancel", "keys:manage"]
KEYS = {
    "members_key": ["members:manage"],
    "hr_key": ["members:manage", *AUTHORS],
    "keys_key": ["keys:manage"],
    "tenant_key": ["tenant:manage"],
    "approving_key": ["versions:approve", "tools:call"],
    "full_key": [*SCOPE_PERMISSIONS],
}


@dataclass
class Cast:
    """A tenant in which everybody is: `by[name]` is a client that acts as them, `ids` the people's."""

    company: Company
    by: dict[str, httpx2.AsyncClient]
    ids: dict[str, str]

    @property
    def api(self) -> str:
        return self.company.api

    async def send(self, name: str, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        return await self.by[name].request(method, f"{self.api}{path}", json=body, **more)


async def gathered(house: House) -> Cast:
    company = await house.company()
    by, people = {"owner": company.owner}, dict[str, str]()
    for role in ("approver", "author", "viewer"):
        email = f"{role}@{company.slug}.example"
        other = await house.company(email=email)
        await company.add(email, role, other.owner)
        by[role] = other.owner
    spare = await house.company(email=f"spare@{company.slug}.example")
    await company.add(f"spare@{company.slug}.example", "viewer", spare.owner)
    for email, member in (await company.members()).items():
        people[email.partition("@")[0]] = member["user_id"]
    for name, scopes in KEYS.items():
        by[name] = bearer(house, await key(company.owner, company, *scopes))
    by["agent"] = bearer(house, await agent(company, company.owner))
    by["machine"] = bearer(house, await machine(company, company.owner))
    return Cast(company, by, people)


def bearer(house: House, token: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=house.origin, headers={"Authorization": f"Bearer {token}"}, timeout=120)


async def key(browser: httpx2.AsyncClient, company: Company, *scopes: str, **more: Any) -> str:
    answer = await browser.post(f"{company.api}/api-keys", json={"name": "k", "scopes": [*scopes], **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["token"]


async def machine(company: Company, browser: httpx2.AsyncClient, *scopes: str) -> str:
    """The token of a machine client that this person makes."""
    body = {"name": "ci", "scopes": [*scopes] or ["tools:call", "tools:author", "runs:read"]}
    made = (await browser.post(f"{company.api}/clients", json=body)).json()
    answer = await browser.post(
        "/oauth/token",
        data={"grant_type": "client_credentials", "resource": made["resource"]},
        auth=(made["client_id"], made["client_secret"]),
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


async def client(browser: httpx2.AsyncClient) -> str:
    """The id of a client that registers itself."""
    told = await browser.post(
        "/oauth/register",
        json={"client_name": "Claude", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"},
    )
    return told.json()["client_id"]


async def agent(company: Company, browser: httpx2.AsyncClient, *scopes: str, client_id: str | None = None) -> str:
    """The token of an agent that this person connects: of a client of its own, or of one that others use as well."""
    client_id = client_id or await client(browser)
    verifier = secrets.token_urlsafe(48)
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": REDIRECT,
        "scope": " ".join(scopes) or "tools:call tools:author runs:read",
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "resource": f"{company.house.origin}/t/{company.slug}/mcp",
    }
    page = await browser.get(f"/oauth/authorize?{urlencode(asked)}")
    form = {**hidden(page.text), "decision": "approve", "scope": asked["scope"].split()}
    code = parameters(await browser.post("/oauth/authorize", data=form))["code"]
    answer = await browser.post(
        "/oauth/token",
        data={
            "grant_type": "authorization_code",
            "client_id": client_id,
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": verifier,
        },
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


async def serve(house: House, tenant_id: str, name: str = "pay_list", **changes: Any) -> None:
    """Make a tool live, as if it had gone through everything; nothing of it is ever run."""
    await put_live(house.database, tenant_id, Live(plain_spec(name, **changes), ""))


async def tenant_id(cast: Cast) -> str:
    async with cast.company.house.database.system_reading() as session:
        found = await session.scalar(select(Tenant.id).where(Tenant.slug == cast.company.slug))
    assert found is not None
    return found


async def ask(by: Cast, asker: str, own: str, /, **arguments: Any) -> httpx2.Response:
    """Call one of our own tools over MCP."""
    return await said(by, asker, "tools/call", name=own, arguments=arguments)


async def said(by: Cast, asker: str, method: str, /, **params: Any) -> httpx2.Response:
    return await by.by[asker].post(
        f"/t/{by.company.slug}/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params},
        headers={"MCP-Protocol-Version": "2025-11-25", "Accept": "application/json, text/event-stream"},
    )
