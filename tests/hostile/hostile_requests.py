"""Nothing that anybody may send keeps the server from serving, makes it grow, or gets an answer that blames us."""

import asyncio
import json
from collections.abc import AsyncGenerator

import httpx2
import pytest

from tests import slowness
from tests.hostile import requests
from tests.hostile.requests import Hostile
from tests.hostile.watched import Server, served_apart

STALL_MS_MAX = 200
GROWN_MB_MAX = 100
ANSWER_S_MAX = 45
EVERY = requests.every()


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Server]:
    async with served_apart(tmp_path_factory.mktemp("hostile")) as server:
        person = server.client(**{"X-Sealwright-Csrf": "1"})
        names = {"name": "Mallory", "tenant_name": "Stranger", "tenant_slug": server.slug}
        account = {"email": "mallory@evil.example", "password": "correct horse battery", **names}
        answer = await person.post("/api/v1/signup", json=account)
        assert answer.status_code == 201, answer.text
        key = {"name": "author", "scopes": ["tools:author", "tools:call", "runs:read"]}
        token = (await person.post(f"/api/v1/tenants/{server.slug}/api-keys", json=key)).json()["token"]
        api = server.client(Authorization=f"Bearer {token}")
        sound = requests.spec(name="sound")
        assert (await api.post(f"/api/v1/tenants/{server.slug}/tools", json=sound)).status_code == 201
        yield server


async def sent(server: Server, hostile: Hostile) -> httpx2.Response:
    client = server.clients[1] if hostile.signed_in else server.clients[0]
    root, headers = f"/api/v1/tenants/{server.slug}", {"Content-Type": hostile.content_type}
    path, body = hostile.door.format(slug=server.slug), hostile.body
    match hostile.door:
        case "spec":
            path = f"{root}/tools"
        case "source":
            path = f"{root}/tools/sound/versions"
        case "draft":
            path = f"/t/{server.slug}/mcp"
            params = {"name": "dry_run", "arguments": body}
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        case _:
            pass
    if path.endswith("/mcp"):
        headers |= {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
    return await client.post(path, content=requests.as_text(body), headers=headers)


async def settled(server: Server, answer: httpx2.Response) -> None:
    """Wait until what was submitted has been judged: the gates are watched, too."""
    if answer.status_code != 202:
        return
    number, api = answer.json()["number"], server.clients[1]
    while True:
        version = (await api.get(f"/api/v1/tenants/{server.slug}/tools/sound/versions/{number}")).json()
        if version["state"] not in {"draft", "checking"}:
            assert version["state"] == "rejected", version
            return
        await asyncio.sleep(0.05)


def test_there_are_enough_of_them() -> None:
    assert len(EVERY) >= 120
    assert len({one.name for one in EVERY}) == len(EVERY)


@pytest.mark.parametrize("hostile", EVERY, ids=[one.name for one in EVERY])
async def test_the_server_goes_on_serving(server: Server, hostile: Hostile) -> None:
    async with server.watched() as watch, asyncio.timeout(ANSWER_S_MAX):
        answer = await sent(server, hostile)
        await settled(server, answer)
    assert server.process.poll() is None
    assert watch.answered > 0
    assert watch.stalled_ms <= STALL_MS_MAX * slowness.times()
    assert watch.grown_mb <= GROWN_MB_MAX
    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    if hostile.door == "spec" and answer.status_code == 201:  # it was harmless after all, and makes room for the next
        removed = await server.clients[0].delete(f"/api/v1/tenants/{server.slug}/tools/work")
        assert removed.status_code in {200, 204}, removed.text
    if answer.status_code >= 400:
        assert json.loads(answer.text)
