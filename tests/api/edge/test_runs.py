"""After a run exists its caller gets its record, whatever the tool did; and no row can break a list."""

import json
from typing import Any

import pytest

from tests.api.edge.test_json import MCP
from tests.makers import Product, TenantAccess, make_live, make_spec, sign_up

# What a live tool does when it is called with `act`; with any other word, nothing.
ACTS: dict[str, tuple[str, str, str]] = {
    # what it does, the outcome, the code
    "a result of 900 levels": ("return nested(900)", "failed", "result_depth"),
    "a result of 65 levels": ("return nested(65)", "failed", "result_depth"),
    "objects of 300 levels": ("return named(300)", "failed", "result_depth"),
    "a result deeper than the interpreter's stack": ("return nested(100_000)", "failed", "recursion"),
    "one that holds itself": ("a = []\n    a.append(a)\n    return a", "failed", "invalid_result"),
    "NaN": ("return float('nan')", "failed", "invalid_result"),
    "infinity": ("return [float('inf')]", "failed", "invalid_result"),
    "minus infinity as a value": ("return {'a': -float('inf')}", "failed", "invalid_result"),
    "a lone surrogate": ("return '\\ud800'", "failed", "invalid_result"),
    "bytes": ("return b'x'", "failed", "invalid_result"),
    "a set": ("return {1, 2}", "failed", "invalid_result"),
    "an error with deep details": ("raise ToolError('x', 'deep', details={'a': nested(900)})", "failed", "x"),
    "an error with NaN": ("raise ToolError('x', 'nan', details={'a': float('nan')})", "failed", "x"),
    "an error with surrogates": ("raise ToolError('x', '\\udfff', details={'\\ud800': '\\udc00'})", "failed", "x"),
    "an error with NUL": ("raise ToolError('x', 'a\\0b', details={'\\0': '\\0'})", "failed", "x"),
    "an error with a huge number": ("raise ToolError('x', 'big', details={'a': 2**200})", "failed", "x"),
    "a log with NUL and surrogates": ("print('a\\0b\\ud800')\n    return 1", "returned", ""),
    "progress that is no number": ("progress(float('nan'), float('inf'), 'a\\0')\n    return 1", "returned", ""),
    "a question to a list": ("approvals.ask('Well?', of=['approver'])", "failed", "malformed_request"),
    "a question to an object": ("approvals.ask('Well?', of={'a': 1})", "failed", "malformed_request"),
    "a question to a number": ("approvals.ask('Well?', of=7)", "failed", "malformed_request"),
    "a question with deep details": (
        "approvals.ask('Well?', details={'a': nested(900)})", "failed", "malformed_request",
    ),
    "a key of 900 levels": ("kv.set('a', nested(900))", "failed", "malformed_request"),
    "a value that is no number": ("kv.set('a', float('nan'))", "failed", "exception"),
    "a request with a lone surrogate": ("kv.set('a', '\\ud800')", "failed", "malformed_request"),
    "a request with one in a name": ("kv.set('a', {'\\ud800': 1})", "failed", "malformed_request"),
    "an endless sleep": ("clock.sleep(float('inf'))", "failed", "exception"),
    "a huge number kept": ("kv.set('a', 2**300)\n    return kv.get('a') == 2**300", "returned", ""),
    "a whole number of 5,000 digits": ("return 10**5000", "failed", "invalid_result"),
    "a number of 100 digits": ("return 10**100", "returned", ""),
}  # fmt: skip


def source() -> str:
    acts = "\n\n\n".join(f"def _act_{n}() -> object:\n    {code}" for n, (code, _, _) in enumerate(ACTS.values()))
    table = "\n".join(f'    "{act}": _act_{n},' for n, act in enumerate(ACTS))
    return f'''"""Do what is said."""

from sealwright import ToolError, approvals, clock, kv, progress


def nested(levels: int) -> list:
    """Return lists in lists."""
    value: list = []
    for _ in range(levels - 1):
        value = [value]
    return value


def named(levels: int) -> dict:
    """Return objects in objects."""
    value: dict = {{}}
    for _ in range(levels - 1):
        value = {{"a": value}}
    return value


{acts}


_ACTS = {{
{table}
}}


def misbehave(act: str) -> object:
    """Do what is said, or nothing."""
    return _ACTS[act]() if act in _ACTS else None
'''


@pytest.fixture(scope="module")
async def misbehaving(product: Product) -> TenantAccess:
    tenant = await sign_up(product)
    spec = make_spec(
        "misbehave",
        input_schema={"type": "object", "properties": {"act": {"type": "string"}}, "required": ["act"]},
        output_schema=None,
        capabilities={"kv": ["tool/*"], "approvals": ["ask *"]},
        examples=[{"arguments": {"act": "nothing"}, "result": None}],
        holdouts=[{"arguments": {"act": "else"}, "result": None}],
        effects="destructive",
    )
    relaxed = await tenant.person.patch(f"/tenants/{tenant.slug}/policy", json={"gates": {"strength": "off"}})
    assert relaxed.status_code == 200, relaxed.text
    await make_live(tenant, spec, source())
    return tenant


@pytest.mark.parametrize("act", ACTS)
async def test_whatever_a_tool_does_its_caller_gets_the_run(misbehaving: TenantAccess, act: str) -> None:
    _, outcome, code = ACTS[act]
    answer = await misbehaving.api.post("/tools/misbehave/runs", json={"arguments": {"act": act}})
    assert answer.status_code == 200, answer.text
    run: dict[str, Any] = answer.json()
    assert (run["outcome"], run["error"]["code"] if run["error"] else "") == (outcome, code), run
    for path in ("/runs", f"/runs/{run['id']}", f"/runs/{run['id']}/journal"):
        assert (await misbehaving.api.get(path)).status_code == 200, path
    again = await misbehaving.api.post(f"/runs/{run['id']}/replay", json={})
    assert again.status_code < 500, again.text

    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    params = {"name": "misbehave", "arguments": {"act": act}}
    by_mcp = await misbehaving.api.post(misbehaving.mcp_url, json={**call, "params": params}, headers=MCP)
    assert by_mcp.status_code == 200, by_mcp.text
    told = by_mcp.json()["result"]
    assert bool(told.get("isError")) == (outcome != "returned")
    # The older era wraps nothing: what is structured must itself be JSON that a strict reader takes.
    assert json.loads(by_mcp.text, parse_constant=pytest.fail)


CASE: dict[str, Any] = {"arguments": {"a": 1, "b": 2}, "result": {"sum": 3}}
# Each with DEEP somewhere.
PLACES: dict[str, dict[str, Any]] = {
    "an example's arguments": {"examples": [{**CASE, "arguments": {"a": 1, "b": 2, "c": "DEEP"}}]},
    "an example's result": {"examples": [{**CASE, "result": "DEEP"}]},
    "a hold-out": {"holdouts": [{**CASE, "arguments": "DEEP"}]},
    "a world": {"examples": [{**CASE, "world": {"tools": {"x": {"result": "DEEP"}}}}]},
    "a world's answer": {"examples": [{**CASE, "world": {"http": {"GET https://a.example/": {"json": "DEEP"}}}}]},
    "the input schema": {"input_schema": {"type": "object", "properties": {"a": {"default": "DEEP"}}}},
    "the output schema": {"output_schema": {"type": "object", "properties": {"a": {"const": "DEEP"}}}},
    "an error": {"examples": [{"arguments": {"a": 1, "b": 2}, "error": "DEEP"}]},
    "a permit": {"capabilities": {"http": "DEEP"}},
    "a limit": {"limits": {"fuel": "DEEP"}},
    "the name": {"name": "DEEP"},
    "the description": {"description": "DEEP"},
    "the effects": {"effects": "DEEP"},
    "a field that nobody knows": {"what_nobody_knows": "DEEP"},
}


@pytest.mark.parametrize("levels", [70, 400, 2_000])
@pytest.mark.parametrize("place", PLACES)
async def test_a_spec_that_is_deep_somewhere_is_refused_clearly(tenant: TenantAccess, place: str, levels: int) -> None:
    text = json.dumps(make_spec(**PLACES[place])).replace('"DEEP"', "[" * levels + "]" * levels)
    headers = {"Content-Type": "application/json"}
    answer = await tenant.api.post("/tools", content=text, headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["type"] == "urn:sealwright:problem:too_deep"
    name = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"propose_tool","arguments":{"spec":'
    by_mcp = await tenant.api.post(tenant.mcp_url, content=name + text + "}}}", headers=MCP)
    assert by_mcp.status_code == 400, by_mcp.text
