"""The main job, once, from outside: sign up, submit, watch the gates, approve, call over MCP. HTTP and MCP only."""

import asyncio
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

import httpx2
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from api import packages
from api.demo.world import CALLS, World
from api.keys import open_with_keys
from api.settings import Settings
from tenants.base.errors import ConflictError
from tenants.confinement.reading import Reader
from tenants.rights.access import SCOPE_PERMISSIONS
from tenants.rules import allotments

EXAMPLES = Path(__file__).parents[2] / "examples"
EMAIL, TENANT = "demo@sealwright.example", "demo"
TOOL = "campaign_send_bulk"
MAIL_DOMAINS = ("acme.example", "acme.com", "example.com")
_SETTLED = {"awaiting_approval", "live", "rejected", "retired"}
GREETING_CALL = {
    "template_id": "welcome",
    "campaign_id": "by-hand",
    "variables": {"product": "Ledgerly"},
    "recipients": [{"email": "you@example.com", "variables": {"first_name": "You"}}],
}

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Access:
    """How to get into the demo tenant."""

    base_url: str
    mcp_url: str
    api_key: str
    email: str
    password: str
    tenant: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def recipients() -> list[dict[str, Any]]:
    """200 recipients as they come in real life: 190 good, 3 malformed, 5 repeated, 2 the server refuses."""
    good = [f"reader-{number:03}@example.com" for number in range(190)]
    malformed = ["reader-at-example.com", "@example.com", "two words@example.com"]
    refused = ["closed-1@example.com", "closed-2@example.com"]
    return [
        {"email": address, "variables": {"first_name": address.partition("@")[0].title()}}
        for address in (*good, *malformed, *good[:5], *refused)
    ]


async def prepare(settings: Settings, world: World, say: Say) -> Access:
    """Return a way in: kept from the last start, or a new tenant with an owner and a key for everything.

    A start that was killed on the way is gone on with. Raises ConflictError where another one holds the tenant.
    """
    del world
    kept = settings.data_dir / "demo" / "access.json"
    access = _kept(kept, settings)
    if access is not None and access.api_key and await _opens(access):
        say("Going on with the demo tenant of the last start")
    else:
        if access is not None and access.api_key:
            say("The database does not know the demo tenant of the last start: making it anew")
        password = access.password if access else secrets.token_urlsafe(12)
        # Before anything is made with it: whoever is killed in between knows it at the next start.
        access = Access(**_urls(settings, TENANT), api_key="", email=EMAIL, password=password, tenant=TENANT)
        _keep(kept, access)
        access = replace(access, api_key=await _key_of_owner(access))
        _keep(kept, access)
    await _allow_mail(settings, access.tenant)
    return access


def _kept(path: Path, settings: Settings) -> Access | None:
    """The way in of the last start; None where none can be read."""
    try:
        return Access(**{**json.loads(path.read_text(encoding="utf-8")), **_urls(settings, TENANT)})
    except (OSError, ValueError, TypeError):
        return None


def _keep(path: Path, access: Access) -> None:
    """Whole or not at all, and for nobody else to read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = path.with_suffix(".part")
    with os.fdopen(os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(access.as_dict(), file)
    begun.replace(path)


async def _opens(access: Access) -> bool:
    headers = {"Authorization": f"Bearer {access.api_key}"}
    async with httpx2.AsyncClient(headers=headers) as client:
        answer = await client.get(f"{access.base_url}/api/v1/tenants/{access.tenant}/tools")
    return answer.is_success


def _urls(settings: Settings, tenant: str) -> dict[str, str]:
    return {"base_url": settings.origin, "mcp_url": f"{settings.origin}/t/{tenant}/mcp"}


async def _key_of_owner(access: Access) -> str:
    """Sign up, or sign in where that was done before; return a key for everything."""
    async with httpx2.AsyncClient(base_url=f"{access.base_url}/api/v1", headers={"X-Sealwright-Csrf": "1"}) as person:
        who = {"email": access.email, "password": access.password}
        names = {"name": "Demo Owner", "tenant_name": "Demo", "tenant_slug": access.tenant}
        answer = await person.post("/signup", json=who | names)
        if answer.status_code == 409 and not (await person.post("/session", json=who)).is_success:
            raise ConflictError(
                "The demo tenant is in the database, and its password is lost.",
                hint="Remove the data directory to begin anew.",
            )
        if answer.is_error and answer.status_code != 409:
            raise ConflictError(f"Signing up answered {answer.status_code}: {answer.text}")
        # One person plays both parts in the demo. By default a tenant asks for a second pair of eyes.
        await _sent(person, "PATCH", f"/tenants/{access.tenant}/policy", {"self_approval": True})
        key = {"name": "demo", "scopes": sorted(SCOPE_PERMISSIONS)}
        return (await _sent(person, "POST", f"/tenants/{access.tenant}/api-keys", key))["token"]


async def _allow_mail(settings: Settings, tenant: str) -> None:
    """What an operator does by hand. The demo's mail goes no further than its mailbox."""
    database = await open_with_keys(settings)
    try:
        async with database.system() as session:
            actor = await allotments.operator(session, tenant)
            await allotments.allow(session, actor, tenant, allotments.Domains.parse(MAIL_DOMAINS))
    finally:
        await database.close()


async def _sent(client: httpx2.AsyncClient, method: str, path: str, body: object = None) -> dict[str, Any]:
    answer = await client.request(method, path, json=body)
    if answer.is_error:
        raise ConflictError(f"{method} {path} answered {answer.status_code}: {answer.text}")
    return answer.json()


async def tell(access: Access, world: World, say: Say) -> None:
    """Build, check and approve the examples that are not live yet, then send a campaign twice over MCP."""
    api = f"{access.base_url}/api/v1/tenants/{access.tenant}"
    headers = {"Authorization": f"Bearer {access.api_key}"}
    async with httpx2.AsyncClient(base_url=api, headers=headers, timeout=120) as client:
        async with Reader.open() as reader:
            for folder in sorted(EXAMPLES.iterdir()):
                if (folder / "spec.yaml").exists():
                    await _publish(client, await packages.read_package(reader, folder), say)
        for name, (value, host) in world.secrets.items():
            await _sent(client, "PUT", f"/secrets/{name}", {"value": value, "hosts": [host]})
    before = len(world.mailbox.messages)
    for attempt in ("Calling it over MCP with 200 recipients", "Calling it again with the same 200"):
        summary = await call(access, TOOL, _campaign())
        parts = ("sent", "skipped", "failed", "retry_queue")
        say(f"{attempt}: " + ", ".join(f"{key} {_size(summary[key])}" for key in parts))
    say(f"The mailbox got {len(world.mailbox.messages) - before} messages; it holds {len(world.mailbox.messages)}")
    for name, arguments in CALLS.items():
        say(f"{name}: {_brief(await call(access, name, arguments))}")


def _campaign() -> dict[str, Any]:
    return {
        "template_id": "welcome",
        "campaign_id": "demo-launch",
        "variables": {"product": "Ledgerly"},
        "recipients": recipients(),
    }


def _size(part: Any) -> int:
    return len(cast("list[Any]", part)) if isinstance(part, list) else int(part)


def _brief(summary: dict[str, Any]) -> str:
    """The figures of a summary; lists by their length."""
    shown: dict[str, int] = {key: _size(part) for key, part in summary.items() if isinstance(part, (int, list))}
    return ", ".join(f"{key} {size}" for key, size in shown.items())


async def _publish(client: httpx2.AsyncClient, package: packages.Package, say: Say) -> None:
    name = package.spec["name"]
    known = await client.get(f"/tools/{name}")
    if known.status_code == 404:
        await _sent(client, "POST", "/tools", package.spec)
    elif await _is_live(client, name, package):
        say(f"{name} is live as it is")
        return
    else:
        await _sent(client, "PUT", f"/tools/{name}", package.spec)
    number = (await _sent(client, "POST", f"/tools/{name}/versions", {"source": package.source}))["number"]
    say(f"{name}: version {number} is submitted; forking the image and running the gates")
    version = await _settled(client, f"/tools/{name}/versions/{number}")
    for finding in version["findings"]:
        say(f"  {finding['gate']}: {finding['severity']}: {finding['message']}")
    if version["state"] != "awaiting_approval":
        raise ConflictError(f"{name} version {number} is {version['state']}; its findings stand above.")
    say(f"{name}: every gate passed; approving {version['digest'][:12]}, which may:")
    for sentence in version["grant"]["sentences"]:
        say(f"  {sentence}")
    await _sent(client, "POST", f"/tools/{name}/versions/{number}/approve", {"digest": version["digest"]})
    say(f"{name} is live")


async def _is_live(client: httpx2.AsyncClient, name: str, package: packages.Package) -> bool:
    tool = await _sent(client, "GET", f"/tools/{name}")
    if tool["live_version"] is None:
        return False
    live = await _sent(client, "GET", f"/tools/{name}/versions/{tool['live_version']}")
    return live["source"] == package.source and all(
        live["spec"].get(key) == value for key, value in package.spec.items()
    )


async def _settled(client: httpx2.AsyncClient, path: str) -> dict[str, Any]:
    while (version := await _sent(client, "GET", path))["state"] not in _SETTLED:  # noqa: ASYNC110 - asked over HTTP
        await asyncio.sleep(0.1)
    return version


async def call(access: Access, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Call a tool as an agent does: the official MCP client, one structured result."""
    headers = {"Authorization": f"Bearer {access.api_key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=120) as http,
        streamable_http_client(access.mcp_url, http_client=http) as (reading, writing),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        try:
            result = await session.call_tool(tool, arguments)
            answer, said = result.structured_content, str(result.content)
        except MCPError as error:  # raised on below: inside the client's task groups it would lose its shape
            answer, said = None, error.message
    if answer is None:
        raise ConflictError(f"{tool} did not return: {said}")
    return answer
