"""What HTTP and JSON-RPC ask of the endpoint: ids, versions, forms of answers, cancelling, leaving, errors."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.mcp import sdk
from sandbox import Host
from tests.api.mcp.test_gate import VERSIONS, request, told
from tests.api.mcp.test_listed_schemas import by_typescript
from tests.api.site import ECHO_OUT, Home

MODERN, LEGACY = VERSIONS
HANDSHAKES = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]


@pytest.fixture
async def http() -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(timeout=120) as client:
        yield client


def call(home: Home, version: str = LEGACY, name: str = "echo", **more: Any) -> dict[str, Any]:
    return request(home, version, "tools/call", name=name, **{"arguments": {"text": "x"}, **more})


async def post(http: httpx2.AsyncClient, given: dict[str, Any], **headers: str | None) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in {**given["headers"], **named}.items() if value is not None}
    return await http.post(given["url"], json=given["json"], headers=sent)


# Ids.


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("method", ["tools/call", "tools/list", "initialize", "ping", "resources/list", "no/such"])
@pytest.mark.parametrize("given", [None, 1.0, 1.5, True, False, [1], {}, [], {"id": 1}])
async def test_an_id_that_names_nothing_is_refused(
    home: Home, http: httpx2.AsyncClient, version: str, method: str, given: Any
) -> None:
    await home.serve("echo")
    sent = call(home, version) if method == "tools/call" else request(home, version, method)
    sent["json"]["id"] = given
    ran = len(home.site.functions.ran)
    answer = await post(http, sent)
    assert answer.status_code == 400
    assert answer.json()["id"] is None
    assert answer.json()["error"]["code"] == -32_600
    assert len(home.site.functions.ran) == ran


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("token", [{}, {"progressToken": "p"}], ids=["bytes", "models"])
@pytest.mark.parametrize("given", [0, 1, -1, 2**53 + 1, 2**70, "", "a", "1", "é", "x" * 1000])
async def test_an_id_comes_back_as_it_was(
    home: Home, http: httpx2.AsyncClient, version: str, token: dict[str, Any], given: Any
) -> None:
    await home.serve("echo")
    sent = call(home, version, _meta=token) if token else call(home, version)
    sent["json"]["id"] = given
    answer = told(await post(http, sent))
    assert answer["id"] == given
    assert type(answer["id"]) is type(given)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "body",
    [
        [],
        [{"jsonrpc": "2.0", "id": 1, "method": "ping"}],
        None,
        1,
        "x",
        True,
        {},
        {"jsonrpc": "2.0"},
        {"id": 1, "method": "ping"},
        {"jsonrpc": "1.0", "id": 1, "method": "ping"},
        {"jsonrpc": 2.0, "id": 1, "method": "ping"},
        {"jsonrpc": "2.0", "id": 1},
        {"jsonrpc": "2.0", "id": 1, "method": 5},
        {"jsonrpc": "2.0", "id": 1, "method": None},
    ],
    ids=json.dumps,
)
async def test_what_is_no_message_is_told_so_in_plain_words(
    home: Home, http: httpx2.AsyncClient, version: str, body: Any
) -> None:
    sent = request(home, version, "ping")
    headers = {**sent["headers"], "Content-Type": "application/json"}
    answer = await http.post(home.url, content=json.dumps(body), headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == -32_600
    _plain(answer.text)


def _plain(text: str) -> None:
    for dump in ("pydantic", "validation error", "Validation error", "type=", "input_value", "For further"):
        assert dump not in text


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("method", "params", "place"),
    [
        ("tools/call", {"name": "echo", "arguments": '{"text": "x"}'}, "arguments"),
        ("tools/call", {"name": "echo", "arguments": [1]}, "arguments"),
        ("tools/call", {"name": 5}, "name"),
        ("tools/call", {"arguments": {}}, "name"),
        ("tools/call", {"name": "echo", "_meta": {"progressToken": 1.5}}, "progressToken"),
        ("tools/call", {"name": "echo", "_meta": {"progressToken": {}}}, "progressToken"),
        ("tools/call", {"name": "echo", "_meta": {"progressToken": True}}, "progressToken"),
        ("resources/read", {}, "uri"),
        ("prompts/get", {"name": 1}, "name"),
        ("completion/complete", {"ref": {"type": "ref/prompt", "name": "x"}}, "argument"),
    ],
)
async def test_params_that_do_not_fit_are_told_by_name(
    home: Home, http: httpx2.AsyncClient, version: str, method: str, params: dict[str, Any], place: str
) -> None:
    sent = request(home, version, method, **params)
    sent["headers"] = {name: value for name, value in sent["headers"].items() if isinstance(value, str)}
    if version == MODERN and method in {"tools/call", "prompts/get", "resources/read"}:
        sent["headers"].setdefault("Mcp-Name", "echo")
    answer = told(await post(http, sent))
    if answer["error"]["code"] == -32_020:
        pytest.skip("the headers, which have to name it, are wrong first")
    assert answer["error"]["code"] == -32_602
    assert place in answer["error"]["message"]
    _plain(json.dumps(answer))


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"capabilities": {"experimental": {"a": True}}}, "experimental"),
        ({"clientInfo": {"name": "x"}}, "version"),
        ({"clientInfo": None}, "clientInfo"),
        ({"protocolVersion": 5}, "protocolVersion"),
        ({"capabilities": []}, "capabilities"),
    ],
)
async def test_an_odd_handshake_is_told_which_member_is_wrong(
    home: Home, http: httpx2.AsyncClient, changes: dict[str, Any], place: str
) -> None:
    sent = hello(home, **changes)
    answer = told(await post(http, sent))
    assert answer["error"]["code"] == -32_602
    assert place in answer["error"]["message"]
    _plain(json.dumps(answer))


def hello(home: Home, **changes: Any) -> dict[str, Any]:
    params = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}, **changes}
    sent = request(home, LEGACY, "initialize", **params)
    del sent["headers"]["MCP-Protocol-Version"]
    return sent


@pytest.mark.parametrize("header", ["2099-01-01", "1999-01-01", "", "latest", "2026-07-29", "2025-06-18"])
@pytest.mark.parametrize("asked", [*HANDSHAKES, "2099-01-01"])
async def test_a_handshake_agrees_on_a_version_whatever_its_header_says(
    home: Home, http: httpx2.AsyncClient, header: str, asked: str
) -> None:
    answer = await post(http, hello(home, protocolVersion=asked), MCP_Protocol_Version=header)
    assert answer.status_code == 200, answer.text
    assert told(answer)["result"]["protocolVersion"] == (asked if asked in HANDSHAKES else LEGACY)


@pytest.mark.parametrize("header", ["2099-01-01", "latest", "2026-07-29"])
@pytest.mark.parametrize("method", ["tools/list", "ping", "tools/call"])
async def test_a_version_that_nobody_speaks_is_refused_with_those_that_are(
    home: Home, http: httpx2.AsyncClient, header: str, method: str
) -> None:
    answer = await post(
        http,
        request(home, LEGACY, method, **({"name": "echo"} if method == "tools/call" else {})),
        MCP_Protocol_Version=header,
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["data"] == {"supported": [MODERN, *reversed(HANDSHAKES)], "requested": header}
    assert answer.json()["id"] == 7


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("token", [0, "", "abc", 5, None])
async def test_a_token_of_progress_is_taken_in_every_form(
    home: Home, http: httpx2.AsyncClient, version: str, token: Any
) -> None:
    await home.serve("steps")
    answer = await post(http, call(home, version, "steps", _meta={"progressToken": token}))
    assert told(answer)["result"]["structuredContent"] == {"echo": "done"}
    reports = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")][:-1]
    assert [each["params"]["progressToken"] for each in reports if "params" in each] == [token] * len(reports)
    assert bool(reports) is (token is not None)


# Forms of answers.

JSON_ONLY = [
    "application/json",
    "application/json; q=1",
    "application/*",
    "Application/JSON",
    "application/json, text/event-stream;q=0",
]
STREAM_ONLY = ["text/event-stream", "Text/Event-Stream", "text/*", "text/event-stream;q=0.5"]
ANY = [
    None,
    "*/*",
    "*/*;q=0.1",
    "application/json, text/event-stream",
    "text/event-stream, application/json",
    "text/html, */*",
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("token", [{}, {"progressToken": "p"}], ids=["bytes", "models"])
@pytest.mark.parametrize("accept", [*JSON_ONLY, *STREAM_ONLY, *ANY])
async def test_whoever_takes_one_form_of_answers_is_given_it(
    home: Home, http: httpx2.AsyncClient, version: str, token: dict[str, Any], accept: str | None
) -> None:
    await home.serve("steps")
    for sent in (call(home, version, "steps", _meta=token), request(home, version, "tools/list", _meta=token)):
        async with http.stream("POST", sent["url"], json=sent["json"], headers=_accepting(sent, accept)) as answer:
            await answer.aread()
        assert answer.status_code == 200, answer.text
        kind = answer.headers["content-type"].partition(";")[0]
        if accept in JSON_ONLY:
            assert kind == "application/json"
        if accept in STREAM_ONLY:
            assert kind == "text/event-stream"
            assert answer.headers["x-accel-buffering"] == "no"
        assert "result" in told(answer)


def _accepting(sent: dict[str, Any], accept: str | None) -> dict[str, str]:
    # The client names a form of its own where none is named: an empty one says as much.
    return {**sent["headers"], "Accept": accept or ""}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("accept", ["text/html", "image/*", "application/json;q=0", "application/xml, text/plain"])
async def test_whoever_takes_no_form_of_answers_is_told(
    home: Home, http: httpx2.AsyncClient, version: str, accept: str
) -> None:
    answer = await post(http, request(home, version, "tools/list"), Accept=accept)
    assert answer.status_code == 406
    assert "application/json" in answer.json()["error"]["message"]


@pytest.mark.parametrize("accept", ["text/event-stream", "Text/Event-Stream", "TEXT/EVENT-STREAM, */*"])
async def test_the_stream_of_changes_is_not_held_back_by_proxies(
    home: Home, http: httpx2.AsyncClient, accept: str
) -> None:
    async with http.stream("GET", home.url, headers={**home.bearer, "Accept": accept}) as answer:
        assert answer.status_code == 200
        assert answer.headers["x-accel-buffering"] == "no"


# Leaving and cancelling.


class Gate:
    """A tool that says when it has begun, and goes on when it is let."""

    def __init__(self, home: Home, name: str) -> None:
        self.name, self.home = name, home
        self.begun, self.let = asyncio.Event(), asyncio.Event()
        self.times = 0
        home.site.functions.known[name] = self.run

    async def run(self, arguments: dict[str, Any], host: Host) -> Any:
        del arguments, host
        self.times += 1
        self.begun.set()
        await self.let.wait()
        return {"echo": "through"}

    @property
    def was_cancelled(self) -> bool:
        return self.name in self.home.site.functions.cancelled


@pytest.fixture
async def gate(home: Home, request: pytest.FixtureRequest) -> Gate:
    name = f"gate_{abs(hash((request.node.name, home.tenant.id)))}"
    await home.serve(name)
    return Gate(home, name)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not holds():
            await asyncio.sleep(0.01)


TOKENS = pytest.mark.parametrize("meta", [{}, {"progressToken": "p"}], ids=["bytes", "models"])


def cancelled(home: Home, request_id: Any, **headers: str) -> dict[str, Any]:
    params = {"requestId": request_id, "reason": "no more"}
    sent = request(home, LEGACY, "notifications/cancelled", **params)
    del sent["json"]["id"]
    sent["headers"] |= headers
    return sent


def headed(sent: dict[str, Any], **headers: str) -> dict[str, Any]:
    return {**sent, "headers": {**sent["headers"], **headers}}


@TOKENS
async def test_a_notification_ends_the_call_in_the_older_era(
    home: Home, http: httpx2.AsyncClient, gate: Gate, meta: dict[str, Any]
) -> None:
    calling = asyncio.create_task(http.post(**call(home, LEGACY, gate.name, _meta=meta)))
    await gate.begun.wait()
    assert (await http.post(**cancelled(home, 7))).status_code == 202
    answer = told(await calling)
    assert answer["result"]["isError"]
    assert "cancelled" in answer["result"]["content"][0]["text"]
    await until(lambda: gate.was_cancelled)


@TOKENS
@pytest.mark.parametrize("given", [8, "7", None, 7.0, True, [7], {}])
async def test_a_notification_of_another_request_ends_nothing(
    home: Home, http: httpx2.AsyncClient, gate: Gate, meta: dict[str, Any], given: Any
) -> None:
    calling = asyncio.create_task(http.post(**call(home, LEGACY, gate.name, _meta=meta)))
    await gate.begun.wait()
    assert (await http.post(**cancelled(home, given))).status_code < 500
    gate.let.set()
    assert told(await calling)["result"]["structuredContent"] == {"echo": "through"}
    assert not gate.was_cancelled


@pytest.mark.parametrize("who", ["another key", "another client", "another session"])
async def test_nobody_ends_the_calls_of_others(home: Home, http: httpx2.AsyncClient, gate: Gate, who: str) -> None:
    calling = asyncio.create_task(http.post(**headed(call(home, LEGACY, gate.name), **{"User-Agent": "one"})))
    await gate.begun.wait()
    stranger = {"User-Agent": "one"}
    if who == "another key":
        stranger["Authorization"] = f"Bearer {await home.key_with('tools:call')}"
    elif who == "another client":
        stranger["User-Agent"] = "two"
    else:
        stranger["Mcp-Session-Id"] = "s"
    assert (await http.post(**cancelled(home, 7, **stranger))).status_code == 202
    gate.let.set()
    assert told(await calling)["result"]["structuredContent"] == {"echo": "through"}


async def test_of_two_calls_of_the_same_id_neither_is_ended(home: Home, http: httpx2.AsyncClient, gate: Gate) -> None:
    """Two clients may share a key, and both count from one."""
    calls = [asyncio.create_task(http.post(**call(home, LEGACY, gate.name))) for _ in range(2)]
    await until(lambda: gate.times == 2)
    assert (await http.post(**cancelled(home, 7))).status_code == 202
    gate.let.set()
    for one in calls:
        assert told(await one)["result"]["structuredContent"] == {"echo": "through"}


async def test_in_the_newer_era_a_notification_ends_nothing(home: Home, http: httpx2.AsyncClient, gate: Gate) -> None:
    calling = asyncio.create_task(http.post(**call(home, MODERN, gate.name)))
    await gate.begun.wait()
    assert (await http.post(**headed(cancelled(home, 7), **{"MCP-Protocol-Version": MODERN}))).status_code == 202
    gate.let.set()
    assert told(await calling)["result"]["structuredContent"] == {"echo": "through"}


async def leave(home: Home, gate: Gate, sent: dict[str, Any]) -> None:
    """Call, and be cut off once it has begun."""
    async with httpx2.AsyncClient(timeout=120) as client:
        calling = asyncio.create_task(client.post(**sent))
        await gate.begun.wait()
        calling.cancel()
        await asyncio.wait({calling})
    if sent["headers"]["MCP-Protocol-Version"] == LEGACY:
        (open_calls,) = home.site.edge.exchanges.open.values()
        await until(lambda: open_calls[0].is_left)


@TOKENS
async def test_a_call_that_is_cut_off_goes_on_in_the_older_era(
    home: Home, http: httpx2.AsyncClient, gate: Gate, meta: dict[str, Any]
) -> None:
    await leave(home, gate, call(home, LEGACY, gate.name, _meta=meta))
    gate.let.set()
    runs = await until_finished(home, 1)
    assert [run.outcome for run in runs] == ["returned"]
    assert not gate.was_cancelled


@TOKENS
async def test_a_call_that_is_cut_off_ends_in_the_newer_era(home: Home, gate: Gate, meta: dict[str, Any]) -> None:
    await leave(home, gate, call(home, MODERN, gate.name, _meta=meta))
    await until(lambda: gate.was_cancelled)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_the_same_holds_for_clients_that_take_one_form_of_answers(home: Home, gate: Gate, accept: str) -> None:
    sent = headed(call(home, MODERN, gate.name, _meta={"progressToken": 1}), Accept=accept)
    await leave(home, gate, sent)
    await until(lambda: gate.was_cancelled)


@TOKENS
@pytest.mark.parametrize("when", ["while it is under way", "after it has ended"])
async def test_whoever_was_cut_off_and_sends_it_again_finds_the_call(
    home: Home, http: httpx2.AsyncClient, gate: Gate, meta: dict[str, Any], when: str
) -> None:
    sent = call(home, LEGACY, gate.name, _meta=meta)
    await leave(home, gate, sent)
    if when == "after it has ended":
        gate.let.set()
        await until_finished(home, 1)
    again = asyncio.create_task(http.post(**sent))
    gate.let.set()
    answer = told(await again)
    assert answer["result"]["structuredContent"] == {"echo": "through"}
    (run,) = await until_finished(home, 1)
    assert answer["result"]["_meta"]["sealwright/runId"] == run.id
    assert gate.times == 1


@pytest.mark.parametrize("changes", [{"id": 8}, {"id": "7"}, {"arguments": {"text": "y"}}])
async def test_another_call_finds_nothing(
    home: Home, http: httpx2.AsyncClient, gate: Gate, changes: dict[str, Any]
) -> None:
    sent = call(home, LEGACY, gate.name)
    await leave(home, gate, sent)
    gate.let.set()
    other = call(home, LEGACY, gate.name, **({"arguments": changes["arguments"]} if "arguments" in changes else {}))
    other["json"]["id"] = changes.get("id", 7)
    assert told(await http.post(**other))["result"]["structuredContent"] == {"echo": "through"}
    assert gate.times == 2


async def test_a_call_that_was_cut_off_can_still_be_ended(home: Home, http: httpx2.AsyncClient, gate: Gate) -> None:
    await leave(home, gate, call(home, LEGACY, gate.name))
    await http.post(**cancelled(home, 7))
    await until(lambda: gate.was_cancelled)


async def until_finished(home: Home, count: int) -> Any:
    from sqlalchemy import select

    from tenants.models import Run

    async with asyncio.timeout(120):
        while True:
            async with home.site.database.reading(home.tenant.id) as session:
                found = list(await session.scalars(select(Run).where(Run.status == "finished")))
            if len(found) >= count:
                return found
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_silent_call_is_reported_of(
    home: Home, http: httpx2.AsyncClient, gate: Gate, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sdk, "HEARTBEAT_S", 0.05)
    sent = call(home, version, gate.name, _meta={"progressToken": "p"})
    reports = list[float]()
    async with http.stream("POST", sent["url"], json=sent["json"], headers=sent["headers"]) as answer:
        async for line in answer.aiter_lines():
            if "notifications/progress" in line:
                reports.append(json.loads(line[6:])["params"]["progress"])
                if len(reports) == 4:
                    gate.let.set()
    assert reports == sorted(set(reports)), "each says more than the one before"


# Errors reach the model.

ERRORS: dict[str, tuple[str, dict[str, Any]]] = {
    "what the tool raises": ("fail", {"text": "x"}),
    "arguments that do not fit": ("fail", {"text": 5}),
    "arguments that are missing": ("fail", {}),
    "through call_tool": ("call_tool", {"name": "fail", "arguments": {"text": "x"}}),
    "an unknown tool of ours": ("describe_tool", {"name": "nope"}),
}


@pytest.mark.parametrize("version", VERSIONS)
@TOKENS
@pytest.mark.parametrize("kind", ERRORS)
async def test_no_error_breaks_an_output_schema(
    home: Home, http: httpx2.AsyncClient, version: str, meta: dict[str, Any], kind: str
) -> None:
    await home.serve("fail", output_schema=ECHO_OUT)
    name, arguments = ERRORS[kind]
    result = told(await http.post(**call(home, version, name, arguments=arguments, _meta=meta)))["result"]
    assert result["isError"]
    is_apart = name == "fail"
    fault = result["_meta"]["sealwright/error"] if is_apart else result["structuredContent"]
    assert ("structuredContent" in result) is not is_apart
    assert fault["code"] in result["content"][0]["text"]
    assert fault["message"] in result["content"][0]["text"]


async def test_the_first_typescript_client_shows_errors_and_lets_calls_end(
    home: Home, gate: Gate, tmp_path: Path
) -> None:
    await home.serve("fail")
    # It holds a result against the output schema of each tool that it has listed.
    steps: list[dict[str, Any]] = [{"list": True}]
    steps += [{"call": name, "arguments": arguments} for name, arguments in ERRORS.values()]
    steps += [{"call": gate.name, "arguments": {"text": "x"}, "abort_ms": 700}]
    _, *errors, aborted = await by_typescript(home, tmp_path, steps)
    for error in errors:
        assert error.get("isError"), error
        assert "What" in error["content"][0]["text"]
    assert "Run: run_" in errors[0]["content"][0]["text"]
    assert "thrown" in aborted
    await until(lambda: gate.was_cancelled)


# What is advertised is served.


@pytest.mark.parametrize("version", VERSIONS)
async def test_only_changes_of_tools_are_advertised(home: Home, http: httpx2.AsyncClient, version: str) -> None:
    sent = request(home, version, "server/discover") if version == MODERN else hello(home)
    told_of = told(await http.post(**sent))["result"]["capabilities"]
    assert told_of["tools"] == {"listChanged": True}
    for kind in ("resources", "prompts"):
        assert not any(told_of[kind].values()), told_of


async def test_only_changes_of_tools_are_acknowledged(home: Home, http: httpx2.AsyncClient) -> None:
    wanted = {
        "toolsListChanged": True,
        "promptsListChanged": True,
        "resourcesListChanged": True,
        "resourceSubscriptions": ["sealwright://runs/x"],
    }
    sent = request(home, MODERN, "subscriptions/listen", notifications=wanted)
    async with asyncio.timeout(120), http.stream("POST", **{**sent, "url": sent["url"]}) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                assert json.loads(line[6:])["params"]["notifications"] == {"toolsListChanged": True}
                return
