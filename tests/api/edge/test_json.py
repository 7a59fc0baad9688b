"""One reader of JSON at every door: what one edge refuses the other refuses too, and nothing gets deep."""

import json
from typing import Any

import pytest

from sandbox import jsontext
from tests.makers import TenantAccess, make_live, make_spec

DEEP = jsontext.DEPTH_MAX
MCP = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2025-11-25",
}
ANY: dict[str, Any] = {
    "type": "object",
    "properties": {"value": {}},
    "required": ["value"],
    "additionalProperties": False,
}


def lists(levels: int) -> str:
    return "[" * levels + "]" * levels


def objects(levels: int, inner: str = "1") -> str:
    return '{"a":' * levels + inner + "}" * levels


@pytest.fixture
async def echo(tenant: TenantAccess) -> TenantAccess:
    """A tenant with the tool `say`, which gives back what it gets."""
    spec = make_spec(
        "say",
        input_schema=ANY,
        output_schema=None,
        examples=[{"arguments": {"value": 1}, "result": 1}, {"arguments": {"value": "x"}, "result": "x"}],
        holdouts=[{"arguments": {"value": [2]}, "result": [2]}],
    )
    source = '"""Say."""\n\n\ndef say(value: object) -> object:\n    """Give back what it gets."""\n    return value\n'
    await make_live(tenant, spec, source)
    return tenant


async def by_rest(tenant: TenantAccess, value: str | bytes, headers: dict[str, str] | None = None) -> Any:
    body = b'{"arguments": {"value": ' + (value if isinstance(value, bytes) else value.encode()) + b"}}"
    given = headers or {"Content-Type": "application/json"}
    return await tenant.api.post("/tools/say/runs", content=body, headers=given)


async def by_mcp(tenant: TenantAccess, value: str | bytes, headers: dict[str, str] | None = None) -> Any:
    raw = value if isinstance(value, bytes) else value.encode()
    call = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"say","arguments":{"value":' + raw + b"}}}"
    return await tenant.api.post(tenant.mcp_url, content=call, headers={**MCP, **(headers or {})})


REFUSED: dict[str, str | bytes] = {
    "lists too deep": lists(DEEP),
    "objects too deep": objects(DEEP),
    "lists of 900": lists(900),
    "lists of 1,100, beyond what parsers take": lists(1_100),
    "lists of 200,000": lists(200_000),
    "objects of 100,000": objects(100_000),
    "a deep place among many flat ones": f"[{'[],' * 5_000}{lists(100)}]",
    "deep after a text that ends in a backslash": f'["\\\\", {lists(100)}]',
    "deep after a text with a quote": f'["\\"", {lists(100)}]',
    "deep after a text with brackets": f'["]]]]", {lists(100)}]',
    "deep, and never closed": "[" * 50_000,
    "lists and objects in turn": '[{"a":' * 40 + "1" + "}]" * 40,
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "1e999": "1e999",
    "-1E+400": "-1E+400",
    "a number of 400 digits with a point": "9" * 400 + ".5",
    "a number of 5,000 digits": "9" * 5_000,
    "a lone high surrogate": '"\\ud800"',
    "a lone low surrogate": '"\\udc00x"',
    "surrogates the wrong way round": '"\\udc00\\ud800"',
    "a lone surrogate as a name": '{"\\uDFFF": 1}',
    "NUL": '"a\\u0000b"',
    "NUL in a name": '{"\\u0000": 1}',
    "NUL after a backslash": '"\\\\\\u0000"',
    "a raw control character": b'"a\x01b"',
    "bytes that are no UTF-8": b'"\xff\xfe"',
    "an overlong slash": b'"\xc0\xaf"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "a comment": "1 /* one */",
    "single quotes": "'x'",
    "a trailing comma": "[1,]",
    "a leading zero": "012",
    "a plus sign": "+1",
    "a hexadecimal number": "0x10",
    "nothing": "",
}


@pytest.mark.parametrize("spelling", REFUSED)
async def test_both_edges_refuse_it_and_nothing_runs(echo: TenantAccess, spelling: str) -> None:
    value = REFUSED[spelling]
    rest, mcp = await by_rest(echo, value), await by_mcp(echo, value)
    assert (rest.status_code, mcp.status_code) == (400, 400), (rest.text, mcp.text)
    assert rest.json()["type"] in {"urn:sealwright:problem:unparsable", "urn:sealwright:problem:too_deep"}
    assert mcp.json()["error"]["code"] == -32_700
    assert (await echo.api.get("/runs")).json()["items"] == []


TAKEN: dict[str, str] = {
    "the deepest that the MCP envelope leaves": lists(DEEP - 3),
    "many lists side by side": f"[{','.join(['[]'] * 5_000)}]",
    "brackets in a text": json.dumps("[{" * 5_000),
    "brackets behind an escaped quote": json.dumps('"' + "[" * 500),
    "a whole number of 64 bits": str(2**64 - 1),
    "a whole number beyond 64 bits": str(2**64 + 1),
    "a negative one": str(-(2**63) - 1),
    "one of 200 digits": "9" * 200,
    "a long text of digits": json.dumps("9" * 6_000),
    "a pair of surrogates": '"\\ud83d\\ude00"',
    "the words of an escaped NUL": '"\\\\u0000"',
    "the smallest float": "5e-324",
    "the largest float": "1.7976931348623157e308",
    "one that is as good as nothing": "1e-999",
    "the name given twice: the last counts": '{"a": 1, "a": 2}',
    "line separators": '"\u2028\u2029"',
    "a byte order mark within": '"\ufeff"',
}


@pytest.mark.parametrize("spelling", TAKEN)
async def test_both_edges_take_it_and_give_back_the_same(echo: TenantAccess, spelling: str) -> None:
    value = TAKEN[spelling]
    rest, mcp = await by_rest(echo, value), await by_mcp(echo, value)
    assert rest.status_code == mcp.status_code == 200, (rest.text, mcp.text)
    assert rest.json()["outcome"] == "returned", rest.json()["error"]
    said = mcp.json()["result"]
    assert not said.get("isError")
    told = said["content"][0]["text"]
    expected = json.loads(value)
    assert rest.json()["result"] == expected
    assert (told if isinstance(expected, str) else json.loads(told)) == expected


@pytest.mark.parametrize("where", ["/tools/say/runs", "mcp"])
async def test_a_byte_order_mark_is_refused(echo: TenantAccess, where: str) -> None:
    url, headers = (echo.mcp_url, MCP) if where == "mcp" else (where, {"Content-Type": "application/json"})
    for codec in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
        answer = await echo.api.post(url, content='{"arguments": {"value": 1}}'.encode(codec), headers=headers)
        assert answer.status_code == 400, codec


OF_OTHER_TYPES = {
    "none": {},
    "plain text": {"Content-Type": "text/plain"},
    "a form": {"Content-Type": "application/x-www-form-urlencoded"},
    "parts": {"Content-Type": "multipart/form-data; boundary=x"},
    "a type that only begins so": {"Content-Type": "application/jsonp"},
    "two types": {"Content-Type": "application/json, text/plain"},
    "Latin-1": {"Content-Type": "application/json; charset=iso-8859-1"},
    "UTF-16": {"Content-Type": "application/json;charset=UTF-16"},
    "UTF-7 in quotes": {"Content-Type": 'application/json; charset="utf-7"'},
    "UTF-8, then another": {"Content-Type": "application/json; charset=utf-8; charset=utf-16"},
    "gzip": {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    "br": {"Content-Type": "application/json", "Content-Encoding": "br"},
}


@pytest.mark.parametrize("kind", OF_OTHER_TYPES)
async def test_a_body_of_another_type_is_refused_by_its_headers(echo: TenantAccess, kind: str) -> None:
    headers = OF_OTHER_TYPES[kind]
    assert (await by_rest(echo, "1", {"X-Nothing": "", **headers})).status_code == 415
    given = {**{name: value for name, value in MCP.items() if name != "Content-Type"}, **headers}
    call: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    answer = await echo.api.post(echo.mcp_url, content=json.dumps(call), headers=given)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "kind", ["application/json;charset=utf-8", 'APPLICATION/JSON; Charset="UTF-8"', "application/vnd.api+json"]
)
async def test_json_by_its_other_names_is_taken(echo: TenantAccess, kind: str) -> None:
    assert (await by_rest(echo, "1", {"Content-Type": kind})).json()["result"] == 1
