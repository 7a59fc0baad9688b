"""The gate: what it answers itself, what it counts, and that the fast lane says what the SDK says."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.auth.quotas import Quotas
from tenants.rules.quotas import Allowance
from tests.api.site import Home, new_database, serving

VERSIONS = ["2026-07-28", "2025-11-25"]
ACCEPT = "application/json, text/event-stream"


def request(home: Home, version: str, method: str, **params: Any) -> dict[str, Any]:
    """What httpx2 needs for a well-formed request."""
    headers = {**home.bearer, "Accept": ACCEPT, "MCP-Protocol-Version": version}
    if version == VERSIONS[0]:
        meta = {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": dict[str, Any](),
        }
        params["_meta"] = meta | params.get("_meta", {})
        headers["Mcp-Method"] = method
        if "name" in params:
            headers["Mcp-Name"] = params["name"]
    body: dict[str, Any] = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
    return {"url": home.url, "json": body, "headers": headers}


@pytest.fixture
async def http() -> Any:
    async with httpx2.AsyncClient(timeout=120) as client:
        yield client


def told(answer: httpx2.Response) -> dict[str, Any]:
    """The result in a JSON answer or in the last frame of a stream."""
    import json

    if answer.headers["content-type"].startswith("application/json"):
        return answer.json()
    return json.loads([line[6:] for line in answer.text.splitlines() if line.startswith("data: ")][-1])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("tool", ["echo", "fail"])
async def test_the_fast_lane_and_the_sdk_answer_alike(home: Home, http: Any, version: str, tool: str) -> None:
    await home.serve(tool)
    plain = request(home, version, "tools/call", name=tool, arguments={"text": "x"})
    # A progress token is what makes the gate leave a call to the SDK.
    by_sdk = request(home, version, "tools/call", name=tool, arguments={"text": "x"}, _meta={"progressToken": 1})
    fast, slow = told(await http.post(**plain)), told(await http.post(**by_sdk))
    for answer in (fast, slow):
        answer["result"]["_meta"].pop("sealwright/runId")
        if tool == "fail":
            # Where an output schema is held against structured content, an error's data is none.
            data = answer["result"]["_meta"]["sealwright/error"]
            for named in ("run_id", "done"):
                data.pop(named)
            answer["result"]["content"] = []
    assert fast == slow


@pytest.mark.parametrize("version", VERSIONS)
async def test_the_list_of_the_fast_lane_is_the_sdks_list(home: Home, http: Any, version: str) -> None:
    await home.serve("echo")
    plain = request(home, version, "tools/list")
    fast = told(await http.post(**plain))
    by_sdk = request(home, version, "tools/list", _meta={"progressToken": 1})
    slow = told(await http.post(**by_sdk))
    assert fast["result"]["tools"] == slow["result"]["tools"]
    if version == VERSIONS[0]:
        assert fast == slow
        assert fast["result"]["cacheScope"] == "private"


async def test_a_person_in_a_browser_gets_a_page(home: Home, http: Any) -> None:
    answer = await http.get(home.url, headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 200
    assert "claude mcp add" in answer.text
    assert home.url in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_refused(home: Home, http: Any, method: str) -> None:
    answer = await http.request(method, home.url, headers=home.bearer)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


async def test_pages_of_other_sites_and_rebound_names_are_refused(home: Home, http: Any) -> None:
    given = request(home, VERSIONS[0], "tools/list")
    given["headers"]["Origin"] = "https://evil.example"
    assert (await http.post(**given)).status_code == 403
    given = request(home, VERSIONS[0], "tools/list")
    given["headers"]["Host"] = "localhost.evil.example"
    assert (await http.post(**given)).status_code == 421


async def test_a_page_on_this_computer_may_read_the_challenge(home: Home, http: Any) -> None:
    origin = "http://localhost:6274"
    preflight = await http.options(home.url, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 204
    answer = await http.post(home.url, json={}, headers={"Origin": origin})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == origin
    assert "WWW-Authenticate" in answer.headers["access-control-expose-headers"]


async def test_a_body_that_is_too_large_is_refused(home: Home, http: Any) -> None:
    given = request(home, VERSIONS[0], "tools/call", name="echo", arguments={"text": "x" * (5 << 20)})
    assert (await http.post(**given)).status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"jsonrpc":"2.0"}', b"[1e999]", b"[" * 5000])
async def test_what_is_no_request_is_refused(home: Home, http: Any, body: bytes) -> None:
    headers = {**request(home, VERSIONS[0], "tools/list")["headers"], "Content-Type": "application/json"}
    answer = await http.post(home.url, content=body, headers=headers)
    assert 400 <= answer.status_code < 500 or answer.status_code == 202


async def test_headers_that_say_something_else_than_the_body_are_refused(home: Home, http: Any) -> None:
    await home.serve("echo")
    given = request(home, VERSIONS[0], "tools/call", name="echo", arguments={"text": "x"})
    given["headers"]["Mcp-Name"] = "other"
    answer = await http.post(**given)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == -32020


async def test_a_list_of_changes_reaches_the_older_eras_stream(home: Home, http: Any) -> None:
    headers = {**home.bearer, "Accept": "text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
    async with asyncio.timeout(120), http.stream("GET", home.url, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        assert await anext(lines) == ": open"
        await home.serve("echo")
        async for line in lines:
            if "notifications/tools/list_changed" in line:
                return


async def test_too_many_calls_at_once_are_put_off_with_429(tmp_path: Path, http: Any) -> None:
    database = await new_database(tmp_path)
    async with serving(database, quotas=Quotas(Allowance(client_runs_at_once=2))) as site:
        home = await site.home()
        await home.serve("steps")
        given = request(home, VERSIONS[0], "tools/call", name="steps", arguments={"text": ""})
        answers = await asyncio.gather(*(http.post(**given) for _ in range(6)))
    await database.close()
    codes = sorted(answer.status_code for answer in answers)
    assert codes.count(200) >= 2
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["error"]["data"]["done"] == "This call did nothing."


async def test_calls_that_come_too_fast_are_put_off_with_429(tmp_path: Path, http: Any) -> None:
    database = await new_database(tmp_path)
    async with serving(database, quotas=Quotas(Allowance(client_calls_per_minute=2))) as site:
        home = await site.home()
        await home.serve("echo")
        given = request(home, VERSIONS[1], "tools/call", name="echo", arguments={"text": ""})
        # One at once, and half a minute for the next: however slow this machine is now.
        codes = [(await http.post(**given)).status_code for _ in range(3)]
    await database.close()
    assert codes == [200, 429, 429]


async def test_a_run_longer_than_a_few_seconds_becomes_a_task_for_who_can_take_one(home: Home, http: Any) -> None:
    from api.mcp.messages import TASKS

    await home.serve("hang", "hang")
    extensions = {"extensions": {TASKS: dict[str, Any]()}}
    meta = {"io.modelcontextprotocol/clientCapabilities": extensions}
    given = request(home, VERSIONS[0], "tools/call", name="hang", arguments={"text": ""}, _meta=meta)
    task = told(await http.post(**given))["result"]
    assert task["resultType"] == "task"
    assert task["status"] == "working"

    async def ask(method: str) -> dict[str, Any]:
        asked = request(home, VERSIONS[0], method, taskId=task["taskId"], _meta=meta)
        asked["headers"]["Mcp-Name"] = task["taskId"]
        return told(await http.post(**asked))["result"]

    assert (await ask("tasks/get"))["status"] == "working"
    assert (await ask("tasks/cancel"))["resultType"] == "complete"
    async with asyncio.timeout(120):
        while (await ask("tasks/get"))["status"] != "cancelled":
            await asyncio.sleep(0.05)
