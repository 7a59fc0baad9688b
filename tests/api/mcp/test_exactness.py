"""One reader of JSON: what one way in takes all take, for the same value, and what one refuses none passes on."""

import asyncio
import json
import random
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pydantic_core
import pytest

from api.auth.quotas import Quotas
from sandbox import Host, jsontext
from tenants.rules.quotas import Allowance
from tests.api.site import Home, new_database, serving

MODERN, LEGACY = "2026-07-28", "2025-11-25"
NUMBERS = [
    "0",
    "-0",
    "-0.0",
    "1e5",
    "1E+5",
    "1.0",
    "0.1",
    "5e-324",
    "1e308",
    "1e309",
    "-1e400",
    "01",
    "+1",
    ".5",
    "1.",
    "0x10",
    "1_0",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "1000000000000000000001",
    "1" + "0" * 77,
    "7" * 308,
    "7" * 309,
    "9" * 4300,
    "9" * 4301,
    "9" * 400 + ".5",
    "0." + "0" * 400 + "1",
    "1e-999",
    "9" * 19 + "e2",
    "NaN",
    "Infinity",
    "-Infinity",
    "nan",
    "inf",
]
TEXTS = [
    '""',
    '"a"',
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '"\\ude00"',
    '"\\udc00\\ud800"',
    '"\\u0000"',
    '"\\\\u0000"',
    '"\\x41"',
    '"\x01"',
    '"\u2028"',
    '"\ufeff"',
    '"' + "9" * 30 + '"',
    '"\\u00e9"',
    '"é"',
    "'a'",
    '"a',
    '"\\/"',
    '"\\u12"',
    '"line\nbreak"',
]
OTHERS = [
    "true",
    "false",
    "null",
    "True",
    "None",
    "undefined",
    "",
    " ",
    "[]",
    "{}",
    "[1,]",
    '{"a":1,}',
    '{"a":1,"a":2}',
    "{a:1}",
    "/*1*/1",
    "1 2",
]
_LISTS = ["[" * n + "]" * n for n in (1, 30, 58, 59, 60, 61, 62, 63, 64, 65, 100, 300, 2000)]
_OBJECTS = ['{"a":' * n + "1" + "}" * n for n in (1, 30, 58, 59, 60, 61, 62, 63, 64, 65, 100, 300)]
DEEP = [*_LISTS, *_OBJECTS]
SPELLINGS = [*NUMBERS, *TEXTS, *OTHERS, *DEEP]


def made(chance: random.Random, levels: int = 0) -> str:
    """A JSON text, or nearly one: the spellings above within one another."""
    kind = chance.random()
    if levels > 4 or kind < 0.6:
        return chance.choice(SPELLINGS[: len(SPELLINGS) - len(DEEP)] if levels else SPELLINGS)
    inner = [made(chance, levels + 1) for _ in range(chance.randrange(4))]
    if kind < 0.8:
        return f"[{','.join(inner)}]"
    names = chance.choices(
        ['"a"', '"b"', '"__proto__"', '"é"', '"\\u0061"', "1"], weights=[5, 5, 1, 1, 2, 0.3], k=len(inner)
    )
    return f"{{{','.join(f'{name}: {one}' for name, one in zip(names, inner, strict=True))}}}"


def taken(raw: bytes) -> tuple[bool, Any]:
    try:
        return True, jsontext.read_stored(raw)
    except jsontext.BadJson:
        return False, None


def alike(one: Any, other: Any) -> bool:
    """Equal to the last digit and kind: 1, 1.0 and true are three things, and so are 0.0 and -0.0."""
    return json.dumps(one) == json.dumps(other)


def test_what_the_gate_hands_on_is_read_alike_by_every_reader_behind_it() -> None:
    """4,000 bodies, whole: the SDK's reader, Python's and the gate's own."""
    chance = random.Random(13)  # noqa: S311 - the same bodies each time
    passed = 0
    for _ in range(4_000):
        raw = made(chance).encode()
        for spelled in (raw, b"\xef\xbb\xbf" + raw, raw + b"\xff") if chance.random() < 0.1 else (raw,):
            is_taken, value = taken(spelled)
            if is_taken:
                passed += 1
                written = jsontext.write(value)
                for reader in (json.loads, pydantic_core.from_json, jsontext.read_stored):
                    assert alike(reader(written), value), raw[:200]
    assert passed > 1_000


async def say(arguments: dict[str, Any], host: Host) -> Any:
    del host
    return {"said": arguments["value"]}


@pytest.fixture(scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Home]:
    database = await new_database(tmp_path_factory.mktemp("exact"))
    plenty = Quotas(Allowance(calls_per_minute=10**6, client_calls_per_minute=10**6))
    async with serving(database, quotas=plenty) as site:
        site.functions.known["say"] = say
        made = await site.home()
        await made.serve("say", input_schema={"type": "object"}, output_schema=None)
        yield made
    await database.close()


def ways(home: Home) -> dict[str, tuple[dict[str, str], str]]:
    """Every way to a tool: headers, and the body around a value."""
    common = {**home.bearer, "Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    old = {**common, "MCP-Protocol-Version": LEGACY}
    new = {**common, "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call"}
    meta = f'"io.modelcontextprotocol/protocolVersion":"{MODERN}","io.modelcontextprotocol/clientCapabilities":{{}}'
    direct, through = (
        '"name":"say","arguments":{"value":%s}',
        '"name":"call_tool","arguments":{"name":"say","arguments":{"value":%s}}',
    )
    call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{%s}}'
    return {
        "the older era": (old, call % direct),
        "the older era by the SDK": (old, call % (direct + ',"_meta":{"progressToken":"p"}')),
        "the older era through call_tool": (old, call % through),
        "the older era in JSON alone": (
            {**old, "Accept": "application/json"},
            call % (direct + ',"_meta":{"progressToken":7}'),
        ),
        "the newer era": ({**new, "Mcp-Name": "say"}, call % (direct + f',"_meta":{{{meta}}}')),
        "the newer era by the SDK": (
            {**new, "Mcp-Name": "say"},
            call % (direct + f',"_meta":{{"progressToken":"p",{meta}}}'),
        ),
        "the newer era through call_tool": (
            {**new, "Mcp-Name": "call_tool"},
            call % (through + f',"_meta":{{"progressToken":"p",{meta}}}'),
        ),
    }


def told(answer: httpx2.Response) -> Any:
    """What a model reads, as a value; or that it was refused."""
    if answer.status_code == 400:
        error = answer.json()["error"]
        assert error["code"] == -32_700, error
        return "refused"
    assert answer.status_code == 200, answer.text
    text = answer.text
    if answer.headers["content-type"].startswith("text/event-stream"):
        assert text.splitlines() == text.split("\r\n")[:-1], "some clients split at every end of a line"
        text = [line[6:] for line in text.splitlines() if line.startswith("data: ")][-1]
    result = json.loads(text)["result"]
    assert not result.get("isError"), result
    shown = json.loads(result["content"][0]["text"])
    assert alike(shown, result["structuredContent"])
    return shown


async def test_every_way_to_a_tool_takes_and_gives_the_same(home: Home) -> None:
    """300 values by seven ways, and what comes back is what was sent, to the last digit."""
    chance = random.Random(31)  # noqa: S311 - the same values each time
    values = [*SPELLINGS, *(made(chance) for _ in range(300 - len(SPELLINGS)))]
    async with httpx2.AsyncClient(timeout=120) as client:
        for value in values:
            bodies = {way: (headers, body % value) for way, (headers, body) in ways(home).items()}
            answers = await asyncio.gather(
                *(client.post(home.url, content=body.encode(), headers=headers) for headers, body in bodies.values())
            )
            for way, answer in zip(bodies, answers, strict=True):
                is_taken, whole = taken(bodies[way][1].encode())
                came = told(answer)
                if not is_taken:
                    assert came == "refused", (way, value[:100])
                    continue
                arguments = whole["params"]["arguments"]
                sent = arguments.get("arguments", arguments)["value"]
                assert alike(came, {"said": sent}), (way, value[:100])
