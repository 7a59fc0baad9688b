"""After a run exists the answer is never a bare 500, whatever it returns: by MCP in both eras, by REST, in lists."""

import json
from typing import Any

import httpx2
import pytest

from tests.api.edge.test_json import MCP
from tests.makers import TenantAccess, make_live, make_spec

SOURCE = '''"""Read JSON."""

import json

from sealwright import ToolError


def parse_json(text: str) -> object:
    """Read JSON; of a text that begins with ! raise an error, with what follows as its details."""
    try:
        value = json.loads(text.removeprefix("!"))
    except ValueError as error:
        raise ToolError("It is no JSON.") from error
    if text.startswith("!"):
        raise ToolError("It is none.", details={"at": value})
    return value
'''
TEXT = {
    "type": "object",
    "properties": {"text": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}
INSIDE = {"text": '{"n": 1}'}


@pytest.fixture(scope="module")
def made() -> list[TenantAccess]:
    return []


@pytest.fixture
async def reader(tenant: TenantAccess, made: list[TenantAccess]) -> TenantAccess:
    """A tenant with the tool `parse_json`: one for the module."""
    if not made:
        examples = [
            {"arguments": INSIDE, "result": {"n": 1}},
            {"arguments": {"text": "[1, 2]"}, "result": [1, 2]},
            {"arguments": {"text": "!3"}, "error": "tool_error"},
        ]
        holdouts = [{"arguments": {"text": "5"}, "result": 5}, {"arguments": {"text": "{"}, "error": "tool_error"}]
        spec = make_spec("parse_json", input_schema=TEXT, output_schema=None, examples=examples, holdouts=holdouts)
        await make_live(tenant, spec, SOURCE)
        made.append(tenant)
    return made[0]


# JSON texts, and whether each is a result that can be told.
RESULTS: dict[str, tuple[str, bool]] = {
    "2**63": (str(2**63), True),
    "2**64": (str(2**64), True),
    "2**70": (str(2**70), True),
    "-2**70": (str(-(2**70)), True),
    "2**256 - 1, in an object": (json.dumps({"n": 2**256 - 1}), True),
    "many large numbers": (json.dumps([2**70] * 100), True),
    "308 digits": ("7" * 308, True),
    "309 digits": ("7" * 309, True),
    "4,000 digits": ("7" * 4_000, True),
    "4,000 digits, in an object": (json.dumps({"n": [10**3_999]}), True),
    "4,300 digits": ("9" * 4_300, True),
    "60 levels": ("[" * 60 + "]" * 60, True),
    "64 levels": ("[" * 64 + "]" * 64, True),
    "65 levels": ("[" * 65 + "]" * 65, False),
    "253 levels": ("[" * 253 + "]" * 253, False),
    "255 levels of objects": ('{"a":' * 255 + "1" + "}" * 255, False),
    "a number that is none": ("NaN", False),
    "without end": ("[1, Infinity]", False),
    "half a character": (r'"\\ud83d"'.replace("\\\\", "\\"), False),
    "a large float": ("1e308", True),
    "minus nothing": ("-0.0", True),
    "ends of lines": ('"\u2028\u2029\u0085"', True),
    "the error's details: 2**70": ("!" + str(2**70), False),
    "the error's details: 4,000 digits": ("!" + "7" * 4_000, False),
    "the error's details: no number": ("![NaN, " + str(2**70) + "]", False),
    "the error's details: 70 levels": ("!" + "[" * 70 + "]" * 70, False),
    "the error's details: half a character": (r'!"\\ud83d"'.replace("\\\\", "\\"), False),
}


def calls(text: str) -> dict[str, dict[str, Any]]:
    direct = {"name": "parse_json", "arguments": {"text": text}}
    through = {"name": "call_tool", "arguments": direct}
    with_progress = {"_meta": {"progressToken": 1}}
    return {
        "direct": direct,
        "with progress": direct | with_progress,
        "through call_tool": through,
        "through call_tool with progress": through | with_progress,
    }


def told(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    text = answer.text
    if answer.headers["content-type"].startswith("text/event-stream"):
        text = [line[6:] for line in text.split("\r\n") if line.startswith("data: ")][-1]
    return json.loads(text)["result"]


@pytest.mark.parametrize("kind", RESULTS)
async def test_a_run_is_answered_whatever_it_returns(reader: TenantAccess, kind: str) -> None:
    text, is_told = RESULTS[kind]
    expected = json.loads(text) if is_told else None
    runs = list[str]()
    for params in calls(text).values():
        for version in ("2025-11-25", "2026-07-28"):
            result = told(await post(reader, version, params))
            runs.append(result["_meta"]["sealwright/runId"])
            assert result.get("isError", False) is not is_told, result
            if is_told:
                shown = result["content"][0]["text"]
                assert (shown if isinstance(expected, str) else json.loads(shown)) == expected
    answer = await reader.api.post("/tools/parse_json/runs", json={"arguments": {"text": text}})
    assert answer.status_code == 200
    runs.append(answer.json()["id"])
    assert answer.json()["result"] == expected
    for run in runs:
        read = await reader.api.get(f"/runs/{run}")
        assert (read.status_code, read.json()["result"]) == (200, expected)
    listed = await reader.api.get(f"/runs?limit={len(runs)}")
    assert {run["id"] for run in listed.json()["items"]} == set(runs)


async def post(
    tenant: TenantAccess, version: str, params: dict[str, Any], method: str = "tools/call"
) -> httpx2.Response:
    headers = {**MCP, "MCP-Protocol-Version": version}
    if version == "2026-07-28":
        meta = {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": dict[str, Any](),
        }
        params = {**params, "_meta": {**params.get("_meta", {}), **meta}}
        headers |= {"Mcp-Method": method} | ({"Mcp-Name": params["name"]} if "name" in params else {})
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return await tenant.api.post(tenant.mcp_url, json=body, headers=headers)


@pytest.mark.parametrize("digits", [19, 20, 77, 309, 4_300])
async def test_arguments_keep_every_digit_by_rest_too(reader: TenantAccess, digits: int) -> None:
    """And where a schema is held against them."""
    body = '{"arguments": {"text": %s}}' % ("9" * digits)
    answer = await reader.api.post("/tools/parse_json/runs", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "refused"
    assert answer.json()["arguments"]["text"] == int("9" * digits)


async def test_a_list_of_runs_says_what_a_list_needs(reader: TenantAccess) -> None:
    """Arguments, results and logs are the run's own page."""
    for text in ('{"n": "secret-result"}', '!"secret-details"', "5"):
        await reader.api.post("/tools/parse_json/runs", json={"arguments": {"text": text}})
    listed = (await reader.api.get("/runs?limit=3")).json()["items"]
    for run in listed:
        assert {"id", "tool", "version", "status", "outcome", "error", "wall_ms", "caller", "created_at"} <= run.keys()
        assert not {"arguments", "result", "log"} & run.keys()
        read = (await reader.api.get(f"/runs/{run['id']}")).json()
        assert {"arguments", "result", "log"} <= read.keys()
    assert "secret" not in json.dumps(listed)
    assert [run["error"] and run["error"]["message"] for run in listed] == [None, "It is none.", None]


async def test_a_tool_that_is_to_go_answers_the_same(reader: TenantAccess) -> None:
    answer = await reader.api.post("/tools/parse_json/deprecate", json={"message": "It goes."})
    assert answer.status_code == 200, answer.text
    for version in ("2025-11-25", "2026-07-28"):
        for params in calls(json.dumps({"n": 2**70})).values():
            result = told(await post(reader, version, params))
            assert result["structuredContent"] == {"n": 2**70}
            assert "It goes." in json.dumps(result["_meta"])
