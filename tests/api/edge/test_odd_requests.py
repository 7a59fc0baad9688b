"""Every route of the API, asked in every odd way we could think of: the answer is never a defect of ours."""

import json
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import quote

import httpx2
import pytest

from api.app import rest_app
from api.settings import Settings
from tests.api.edge.test_json import MCP
from tests.makers import Product, TenantAccess, make_live, sign_up

TEXTS = [
    "", " ", "x", "0", "-1", "1", "01", "99999999999999999999", "99999999999999999999.0", "1e999", "NaN", "Infinity",
    "-Infinity", "1" * 400, "9" * 5_000, "2147483648", "9223372036854775808", "1.5", "٣", "१२", "true", "null", "[]",
    '{"$ne": 1}', "'; DROP TABLE runs; --", "%", "_", "\\", "..", "../../etc/passwd", "..%2f..%2fetc", "a/b",
    "\u0000", "a\u0000b", "\u0001", "\n", "\r\nX: y", "\u007f", "\u0085", "\u2028", "\u202e", "\ufeff", "\ufffe",
    "\uffff", "\u200b", "e\u0301", "é", "ﬁ", "İ", "ß", "🦀", "👩‍👩‍👧", "𝟙", "ａ", "\U0010ffff", "run_" + "0" * 26,
    "$" * 300, "${7*7}", "{{7*7}}", "<script>", "{{secret:x}}", "x" * 4_000, "*" * 200, '"', "a:b OR c*", "(((",
]  # fmt: skip
RAW = ["%FF", "%C0%AF", "%ED%A0%80", "%", "%zz", "%u0041", "%00", "%0", "+", "%25%30%30", "..;", "%2e%2e", ";x=1"]
VALUES: list[Any] = [
    None, True, 0, -1, 2**31, 2**63, 2**64, 10**100, 1.5, 5e-324, 1.7e308, "", "x", "x" * 5_000, "\u0085",
    [], [None], [[]], [1] * 2_000, {}, {"": ""}, {"a": {"b": {}}}, {"$ref": "#"}, {str(n): n for n in range(500)},
]  # fmt: skip
BRIEFLY = ["x", "-1", "9" * 5_000, "\u0001", "\u007f", "\u202e", "🦀", "\U0010ffff", "../../etc", "%00", "*" * 200]
DOCUMENT = rest_app(Settings()).openapi()
OPERATIONS = [
    (method, path)
    for path, operations in sorted(DOCUMENT["paths"].items())
    for method, operation in operations.items()
    if operation["operationId"] != "watch_events"  # which never ends
]


def operation_of(method: str, path: str) -> dict[str, Any]:
    return DOCUMENT["paths"][path][method]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return DOCUMENT["components"]["schemas"][name] if name else schema


def sound(given: dict[str, Any], depth: int = 0) -> Any:
    """Something that a schema allows, or nearly."""
    schema = resolved(given)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return sound(schema[several][0], depth + 1)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("type") == "object":
        properties = cast("dict[str, Any]", schema.get("properties", {}))
        return {name: sound(part, depth + 1) for name, part in properties.items()} if depth < 5 else {}
    simple: dict[str, Any] = {"array": [], "integer": 1, "number": 1.0, "boolean": True, "string": "text"}
    return simple.get(str(schema.get("type")))


def bodies(method: str, path: str) -> Iterator[Any]:
    content = operation_of(method, path).get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is None:
        return
    yield from VALUES
    whole = sound(schema)
    if not isinstance(whole, dict):
        return
    for name in cast("dict[str, Any]", whole):
        for value in [*VALUES, *BRIEFLY]:
            yield {**whole, name: value}


def names_in(path: str) -> list[str]:
    return [part[1:-1].partition(":")[0] for part in path.split("/") if part.startswith("{") and part != "{tenant}"]


def filled(path: str, slug: str, value: str) -> str:
    for name in names_in(path):
        path = path.replace(f"{{{name}}}", value)
    return path.replace("{tenant}", slug)


@pytest.fixture(scope="module")
async def asked(product: Product) -> TenantAccess:
    tenant = await sign_up(product)
    await make_live(tenant)
    return tenant


async def defects(tenant: TenantAccess, requests: Iterator[tuple[str, str, dict[str, Any]]]) -> list[str]:
    """Send them with a key for everything; return those that we answered with a defect."""
    found: list[str] = []
    for method, url, given in requests:
        answer = await tenant.api.request(method.upper(), f"{tenant.product.url}{url}", **given)
        # 503: no model is there to draft with.
        if answer.status_code >= 500 and answer.status_code != 503:
            said = json.dumps(given.get("json"), ensure_ascii=True)[:200]
            found.append(f"{answer.status_code} {method} {url[:200]} {said} {answer.text[:150]}")
    return found


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda one: one)
async def test_no_odd_name_in_an_address_is_a_defect(asked: TenantAccess, method: str, path: str) -> None:
    if not names_in(path):
        pytest.skip("the address has no names")
    values = [*(quote(text, safe="") for text in TEXTS), *RAW]
    requests: Iterator[tuple[str, str, dict[str, Any]]] = (
        (method, filled(path, asked.slug, value), {}) for value in values if value
    )
    assert await defects(asked, requests) == []


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda one: one)
async def test_no_odd_parameter_is_a_defect(asked: TenantAccess, method: str, path: str) -> None:
    given = operation_of(method, path).get("parameters", [])
    url = filled(path, asked.slug, "add_numbers")
    asks = [one["name"] for one in given if one["in"] == "query"]
    values = [*(quote(text, safe="") for text in TEXTS), *RAW]
    requests = [(method, f"{url}?{name}={value}", dict[str, Any]()) for name in asks for value in values]
    requests += [(method, f"{url}?{name}=1&{name}=2&{name}[]=3", dict[str, Any]()) for name in asks]
    for name in (one["name"] for one in given if one["in"] == "header"):
        odd = [text.encode("utf-8") for text in TEXTS if text.isprintable() and text == text.strip()]
        requests += [(method, url, {"headers": {name: value}, "json": {}}) for value in odd]
    if not requests:
        pytest.skip("it takes no parameters")
    assert await defects(asked, iter(requests)) == []


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda one: one)
async def test_no_odd_body_is_a_defect(asked: TenantAccess, method: str, path: str) -> None:
    url = filled(path, asked.slug, "1" if "{number}" in path or "{n}" in path else "add_numbers")
    requests = [(method, url, {"json": body}) for body in bodies(method, path)]
    if not requests:
        pytest.skip("it takes no body")
    assert await defects(asked, iter(requests)) == []


async def test_no_odd_argument_of_a_tool_of_ours_is_a_defect(asked: TenantAccess) -> None:
    call: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    listed = (await asked.api.post(asked.mcp_url, json=call, headers=MCP)).json()["result"]["tools"]
    found: list[str] = []
    for tool in listed:
        properties = cast("dict[str, Any]", tool["inputSchema"].get("properties", {}))
        whole: dict[str, Any] = {name: sound(part) for name, part in properties.items()}
        for name in properties:
            for value in [*VALUES, *BRIEFLY]:
                params = {"name": tool["name"], "arguments": {**whole, name: value}}
                given = {**call, "method": "tools/call", "params": params}
                answer = await asked.api.post(asked.mcp_url, json=given, headers=MCP)
                said = answer.json()
                is_ours = said.get("error", {}).get("code") == -32_603 or '"internal"' in answer.text
                if answer.status_code >= 500 or is_ours:
                    found.append(f"{tool['name']} {name} {json.dumps(value)[:60]} {answer.text[:200]}")
    assert found == []


REQUESTS: list[tuple[str, Any]] = [
    ("tools/list", {"cursor": "x" * 5_000}), ("tools/call", []), ("tools/call", {"name": 7}), ("tools/call", None),
    ("tools/call", {"name": "x", "arguments": []}), ("tools/call", {"name": "search_tools", "arguments": "x"}),
    ("tools/call", {"name": "x" * 100_000}), ("resources/read", {"uri": "sealwright://runs/%00"}),
    ("resources/read", {"uri": "sealwright://runs/../../x"}), ("resources/read", {"uri": "file:///etc/passwd"}),
    ("resources/read", {"uri": 7}), ("resources/read", {"uri": "http://[::1"}), ("prompts/get", {"name": "x" * 5_000}),
    ("completion/complete", {}), ("completion/complete", {"ref": {"type": "ref/prompt", "name": "x"}, "argument": {}}),
    ("initialize", {}), ("initialize", {"protocolVersion": 10**100}), ("ping", None), ("nothing", {}), ("", {}),
    ("tasks/get", {"taskId": "\u202e" * 500}), ("tasks/cancel", {}), ("subscriptions/listen", {"x": 1}),
    ("logging/setLevel", {"level": "x"}), ("tools/call", {"name": "x", "_meta": {"progressToken": [1]}}),
    ("tools/call", {"name": "add_numbers", "_meta": {"sealwright/idempotencyKey": "x" * 5_000}}),
    ("tools/call", {"name": "add_numbers", "_meta": []}), ("tools/call", {"name": "add_numbers", "requestState": "x"}),
]  # fmt: skip
IDS: list[Any] = [1, "x", 10**100, -1, 1.5, None, True, [], {}, "x" * 5_000, "\u202e"]


@pytest.mark.parametrize("version", ["2025-11-25", "2025-03-26", "1", "2026-07-28", "x" * 500])
async def test_no_odd_message_is_a_defect(asked: TenantAccess, version: str) -> None:
    found: list[str] = []
    messages: list[Any] = [{"jsonrpc": "2.0", "id": 1, "method": method, "params": given} for method, given in REQUESTS]
    messages += [{"jsonrpc": "2.0", "id": one, "method": "tools/list"} for one in IDS]
    messages += [[], {}, 7, "x", None, True, [{}], {"jsonrpc": "1.0"}, {"jsonrpc": "2.0", "method": 7, "id": 1}]
    for message in messages:
        answer = await asked.api.post(asked.mcp_url, json=message, headers={**MCP, "MCP-Protocol-Version": version})
        if answer.status_code >= 500 or "-32603" in answer.text:
            found.append(f"{json.dumps(message)[:150]} {answer.status_code} {answer.text[:150]}")
    assert found == []


PLACES = [
    "/", "/login", "/assets/", "/api", "/api/v1", "/t/", "/t/x/mcp/", "/t//mcp", "/oauth", "/oauth/authorize",
    "/oauth/token", "/oauth/register", "/oauth/register/x", "/oauth/device", "/oauth/revoke", "/oauth/introspect",
    "/oauth/jwks",
    "/authorize", "/token", "/register", "/.well-known/oauth-protected-resource", "/t/x/sign-in/y/callback",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
async def test_no_odd_request_at_any_other_place_is_a_defect(asked: TenantAccess, place: str) -> None:
    values = [*(quote(text, safe="") for text in TEXTS if 0 < len(text) < 3_000), *RAW]
    names = ("client_id", "redirect_uri", "state", "resource", "user_code", "next", "code", "token", "scope")
    found: list[str] = []
    async with httpx2.AsyncClient(base_url=asked.product.url, timeout=120) as http:
        for value in values:
            query = "&".join(f"{name}={value}" for name in names)
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            answers = [
                await http.get(f"{place}?{query}"),
                await http.get(f"{place.rstrip('/')}/{value}"),
                await http.post(place, content=query, headers=form),
                await http.post(place, json=dict.fromkeys(names, value)),
                await http.get(
                    place, headers={"Authorization": f"Bearer {value}", "Cookie": f"sealwright_session={value}"}
                ),
            ]
            found += [f"{a.request.method} {a.request.url!s:.200}" for a in answers if a.status_code >= 500]
    assert found == []
