"""Lists that every client takes: each schema in a form that none of them breaks on, and one tool hides no other."""

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import pytest

from api.mcp.wire import schemas
from tests.api.mcp.test_gate import VERSIONS, request, told
from tests.api.site import Home

CLIENTS = Path(__file__).parents[2] / "clients"
STRING, NUMBER = {"type": "string"}, {"type": "number"}
UINT256 = 2**256 - 1

# What an author may write, and what of it is listed.
INPUTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing but an object": ({"type": "object"}, {"type": "object", "properties": {}}),
    "no properties, and closed": (
        {"type": "object", "additionalProperties": False},
        {"type": "object", "additionalProperties": False, "properties": {}},
    ),
    "anything for a property": (
        {"type": "object", "properties": {"t": True}},
        {"type": "object", "properties": {"t": {}}},
    ),
    "nothing for a property": (
        {"type": "object", "properties": {"t": False}},
        {"type": "object", "properties": {"t": {"not": {}}}},
    ),
    "a list of nothing": (
        {"type": "object", "properties": {"t": {"type": "array", "prefixItems": [STRING, True], "items": False}}},
        {"type": "object", "properties": {"t": {"type": "array", "prefixItems": [STRING, {}], "items": {"not": {}}}}},
    ),
    "booleans below everything": (
        {
            "type": "object",
            "properties": {"t": {"contains": True, "not": False, "if": True, "then": False, "propertyNames": True}},
            "patternProperties": {"^a": True},
            "dependentSchemas": {"t": True},
            "$defs": {"x": False},
        },
        {
            "type": "object",
            "properties": {
                "t": {"contains": {}, "not": {"not": {}}, "if": {}, "then": {"not": {}}, "propertyNames": {}}
            },
            "patternProperties": {"^a": {}},
            "dependentSchemas": {"t": {}},
            "$defs": {"x": {"not": {}}},
        },
    ),
    "closed objects stay closed": (
        {"type": "object", "properties": {"t": {"type": "object", "additionalProperties": False}}},
        {"type": "object", "properties": {"t": {"type": "object", "additionalProperties": False}}},
    ),
    "a property that bears a keyword's name": (
        {"type": "object", "properties": {"anyOf": STRING, "$id": STRING, "items": True, "enum": NUMBER}},
        {"type": "object", "properties": {"anyOf": STRING, "$id": STRING, "items": {}, "enum": NUMBER}},
    ),
    "true in data is data": (
        {"type": "object", "properties": {"t": {"const": True, "default": False, "enum": [True], "examples": [False]}}},
        {"type": "object", "properties": {"t": {"const": True, "default": False, "enum": [True], "examples": [False]}}},
    ),
    "one of two has to be there": (
        {
            "type": "object",
            "properties": {"a": STRING, "b": STRING},
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        {"type": "object", "properties": {"a": STRING, "b": STRING}},
    ),
    "two shapes": (
        {
            "type": "object",
            "oneOf": [
                {"properties": {"kind": {"const": "a"}, "x": STRING}, "required": ["kind", "x"]},
                {"properties": {"kind": {"const": "b"}, "y": NUMBER}, "required": ["kind", "y"]},
            ],
        },
        {
            "type": "object",
            "properties": {"kind": {"anyOf": [{"const": "a"}, {"const": "b"}]}, "x": STRING, "y": NUMBER},
            "required": ["kind"],
        },
    ),
    "all of several": (
        {
            "type": "object",
            "allOf": [
                {"properties": {"a": STRING}, "required": ["a"]},
                {"properties": {"b": NUMBER}, "required": ["b"]},
            ],
        },
        {"type": "object", "properties": {"a": STRING, "b": NUMBER}, "required": ["a", "b"]},
    ),
    "branches by reference": (
        {
            "type": "object",
            "anyOf": [{"$ref": "#/$defs/one"}],
            "$defs": {"one": {"properties": {"a": STRING}, "required": ["a"]}},
        },
        {
            "type": "object",
            "properties": {"a": STRING},
            "required": ["a"],
            "$defs": {"one": {"properties": {"a": STRING}, "required": ["a"]}},
        },
    ),
    "what only a branch names, in a closed object": (
        {
            "type": "object",
            "properties": {"a": STRING},
            "additionalProperties": False,
            "anyOf": [{"properties": {"b": STRING}}],
        },
        {"type": "object", "properties": {"a": STRING}, "additionalProperties": False},
    ),
    "not, enum and const at the root": (
        {"type": "object", "not": {"required": ["a"]}, "enum": [{}], "const": {}},
        {"type": "object", "properties": {}},
    ),
    "combinators below the root stay": (
        {"type": "object", "properties": {"a": {"anyOf": [STRING, NUMBER]}}},
        {"type": "object", "properties": {"a": {"anyOf": [STRING, NUMBER]}}},
    ),
    "names that nothing refers to": (
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://x.example/s",
            "type": "object",
            "properties": {"a": {"$anchor": "here", "type": "string"}, "b": {"$ref": "#/properties/a"}},
        },
        {"type": "object", "properties": {"a": STRING, "b": {"$ref": "#/properties/a"}}},
    ),
    "names that something refers to": (
        {"type": "object", "properties": {"a": {"$anchor": "here", "type": "string"}, "b": {"$ref": "#here"}}},
        {"type": "object", "properties": {"a": {"$anchor": "here", "type": "string"}, "b": {"$ref": "#here"}}},
    ),
    "a tree": (
        {
            "type": "object",
            "properties": {"tree": {"$ref": "#/$defs/node"}},
            "$defs": {"node": {"type": "object", "properties": {"kids": {"items": {"$ref": "#/$defs/node"}}}}},
        },
        {
            "type": "object",
            "properties": {"tree": {"$ref": "#/$defs/node"}},
            "$defs": {"node": {"type": "object", "properties": {"kids": {"items": {"$ref": "#/$defs/node"}}}}},
        },
    ),
    "a number of 256 bits": (
        {"type": "object", "properties": {"n": {"type": "integer", "maximum": UINT256, "default": -UINT256}}},
        {"type": "object", "properties": {"n": {"type": "integer", "maximum": UINT256, "default": -UINT256}}},
    ),
}
OUTPUTS: dict[str, dict[str, Any]] = {
    "anything in it": {"type": "object", "properties": {"t": True, "u": False}},
    "a closed list": {"type": "object", "properties": {"t": {"type": "array", "items": False}}},
    "combinators": {"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
    "a number of 256 bits": {"type": "object", "properties": {"n": {"enum": [UINT256, -(2**63) - 1]}}},
    "a schema that says which": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"},
    "a list": {"type": "array", "items": True},
}


@pytest.mark.parametrize("kind", INPUTS)
def test_an_input_schema_is_listed_so(kind: str) -> None:
    given, listed = INPUTS[kind]
    before = json.dumps(given)
    assert schemas.of_arguments(given) == listed
    assert json.dumps(given) == before


VALUES: list[dict[str, Any]] = [
    {},
    {"a": "x"},
    {"b": "x"},
    {"b": 1},
    {"a": "x", "b": 1},
    {"t": 1},
    {"t": []},
    {"t": ["x"]},
    {"t": ["x", 1, 2]},
    {"t": {}},
    {"t": True},
    {"kind": "a", "x": "y"},
    {"kind": "b", "y": 2},
    {"kind": "b"},
    {"n": 1},
    {"n": UINT256},
    {"tree": {"kids": [{}]}},
    {"anyOf": "x", "items": 1},
    {"z": 1},
    {"ab": 1},
]


@pytest.mark.parametrize("kind", INPUTS)
def test_what_a_tool_takes_the_listed_schema_takes(kind: str) -> None:
    """It may say less than the tool's own, never something else."""
    given, listed = INPUTS[kind]
    for value in VALUES:
        if jsonschema_rs.Draft202012Validator(given).is_valid(value):
            assert jsonschema_rs.Draft202012Validator(listed).is_valid(value), value


def test_a_schema_that_refers_to_itself_at_its_root_has_an_end() -> None:
    looping = {
        "type": "object",
        "anyOf": [{"$ref": "#/$defs/a"}] * 9,
        "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}] * 9}},
    }
    assert schemas.of_arguments(looping)["properties"] == {}


async def serve_all(home: Home) -> list[str]:
    names = list[str]()
    for given, _ in INPUTS.values():
        names.append(f"in_{len(names)}")
        await home.serve(names[-1], "echo", input_schema=given)
    for given in OUTPUTS.values():
        names.append(f"out_{len(names)}")
        await home.serve(names[-1], "echo", output_schema=given)
    return names


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("meta", [{}, {"progressToken": 1}], ids=["bytes", "models"])
async def test_every_tool_is_listed_by_both_codecs(home: Home, version: str, meta: dict[str, Any]) -> None:
    names = await serve_all(home)
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(**request(home, version, "tools/list", **({"_meta": meta} if meta else {})))
    assert answer.status_code == 200, answer.text
    tools = {tool["name"]: tool for tool in told(answer)["result"]["tools"]}
    assert set(names) <= tools.keys()
    for name, (_, listed) in zip(names, INPUTS.values(), strict=False):
        assert tools[name]["inputSchema"] == listed
    big = tools[names[len(INPUTS) + 3]]["outputSchema"]
    assert big["properties"]["n"]["enum"] == [UINT256, -(2**63) - 1]
    is_listed = "outputSchema" in tools[names[-1]]
    assert is_listed is (version == VERSIONS[0]), "the older era has objects only"


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_tool_with_large_numbers_is_described(home: Home, version: str) -> None:
    await home.serve("big", "echo", input_schema=INPUTS["a number of 256 bits"][0])
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = told(
            await http.post(**request(home, version, "tools/call", name="describe_tool", arguments={"name": "big"}))
        )
    shown = answer["result"]["structuredContent"]["inputSchema"]
    assert shown["properties"]["n"]["maximum"] == UINT256


async def test_the_first_typescript_client_lists_them_all(home: Home, tmp_path: Path) -> None:
    names = await serve_all(home)
    (tools,) = await by_typescript(home, tmp_path, [{"list": True}])
    assert set(names) <= {tool["name"] for tool in tools}


async def by_typescript(home: Home, tmp_path: Path, steps: list[dict[str, Any]]) -> Any:
    """What the TypeScript SDK's first client says of these steps."""
    process = await asyncio.create_subprocess_exec(
        shutil.which("node") or "node",
        str(CLIENTS / "v1.mjs"),
        home.url,
        home.key,
        json.dumps(steps),
        cwd=CLIENTS,
        env={**os.environ, "HOME": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        said, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()
    return json.loads(said)
