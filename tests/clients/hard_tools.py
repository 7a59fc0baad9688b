"""The tenant that real clients meet: tools whose schemas, numbers and waits some client has once fallen over.

They are live past the gates, but built and run in the real sandbox of a served product.
"""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from sandbox import Component, Image, Pool, images
from tenants.base.db import Database
from tenants.models import Tenant
from tests.live_tools import Live, plain_spec, put_live
from tests.makers import CHECKOUT, TenantAccess, served, sign_up

STRING: dict[str, Any] = {"type": "string"}
SAID: dict[str, Any] = {"type": "object", "properties": {"said": STRING}, "required": ["said"]}
WHOLE: dict[str, Any] = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
# Beyond 64 bits, and the first that JavaScript's numbers cannot hold.
LARGE, ODD = 10**21 + 1, 2**53 + 1
RETURNS_ALL = "return given"
FAILS = """who = given["text"]
    raise ToolError("no_such_customer", f"There is no customer {who}.", "Search first.", {"asked": who})"""
NAPS = """slept = 0
    while slept < given["seconds"]:
        part = min(4, given["seconds"] - slept)
        clock.sleep(part)
        slept += part
    return {"slept": slept}"""


def takes(*required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object", "properties": properties, "required": list(required), "additionalProperties": False,
    }  # fmt: skip


# Name: what it takes, what it promises, what it does.
TOOLS: dict[str, tuple[dict[str, Any], dict[str, Any] | None, str]] = {
    "say": (takes("text", text=STRING), SAID, 'return {"said": given["text"]}'),
    "fail": (takes("text", text=STRING), SAID, FAILS),
    "nap": (takes("seconds", seconds={"type": "integer"}), None, NAPS),
    "large_numbers": (
        takes(),
        {"type": "object", "properties": {"large": {"type": "integer"}, "odd": {"const": ODD}}},
        f'return {{"large": {LARGE}, "odd": {ODD}}}',
    ),
    "number_back": (WHOLE, WHOLE, RETURNS_ALL),
    "uint256": (
        takes(n={"type": "integer", "minimum": -(2**63) - 1, "maximum": 2**256 - 1, "default": 2**70}),
        None,
        RETURNS_ALL,
    ),
    "anything": (takes(t=True), {"type": "object", "properties": {"t": True}}, RETURNS_ALL),
    "anything_described": (takes(t={"description": "Anything."}), None, RETURNS_ALL),
    "nothing_after": (
        takes(t={"type": "array", "prefixItems": [STRING, True], "items": False}),
        {"type": "object", "properties": {"t": {"type": "array", "items": False}}},
        RETURNS_ALL,
    ),
    "one_of_two": (
        {
            "type": "object",
            "properties": {"a": STRING, "b": STRING},
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        None,
        RETURNS_ALL,
    ),
    "two_shapes": (
        {
            "type": "object",
            "oneOf": [
                {"properties": {"kind": {"const": "a"}, "x": STRING}, "required": ["kind", "x"]},
                {"properties": {"kind": {"const": "b"}, "y": {"type": "number"}}, "required": ["kind", "y"]},
            ],
        },
        None,
        RETURNS_ALL,
    ),
    "all_of_several": (
        {"type": "object", "allOf": [{"properties": {"a": STRING}, "required": ["a"]}]},
        {"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        RETURNS_ALL,
    ),
    "nothing_but_an_object": ({"type": "object"}, {"type": "object"}, RETURNS_ALL),
    "nothing_at_all": ({"type": "object", "additionalProperties": False}, None, RETURNS_ALL),
    "named_parts": (
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://schemas.example/named",
            "type": "object",
            "properties": {"a": {"$anchor": "here", "type": "string"}},
        },
        None,
        RETURNS_ALL,
    ),
    "defined_parts": (
        {
            "type": "object",
            "properties": {"of": {"$ref": "#/$defs/part"}},
            "$defs": {"part": {"type": "object", "properties": {"name": STRING}, "required": ["name"]}},
        },
        None,
        RETURNS_ALL,
    ),
    "text_or_object": (
        takes(
            "to",
            to={
                "type": "array",
                "items": {
                    "anyOf": [STRING, {"type": "object", "properties": {"email": STRING}, "required": ["email"]}]
                },
            },
        ),
        None,
        RETURNS_ALL,
    ),
    "null_or_text": (
        takes(a={"type": ["string", "null"], "default": None}, b={"enum": ["x", None]}),
        None,
        RETURNS_ALL,
    ),
    "by_pattern": (
        {
            "type": "object",
            "properties": {"day": {"type": "string", "format": "date", "pattern": "^\\d{4}-\\d{2}-\\d{2}$"}},
            "patternProperties": {"^x-": True},
            "dependentRequired": {"day": []},
            "propertyNames": {"maxLength": 40},
        },
        None,
        RETURNS_ALL,
    ),
    # ChatGPT asks for two tools of these names.
    "search": (takes("query", query=STRING), None, RETURNS_ALL),
    "fetch": (takes("id", id=STRING), None, RETURNS_ALL),
}
# What some clients cannot end reading, in a tenant of its own: the gates warn of it.
RECURSIVE: dict[str, tuple[dict[str, Any], dict[str, Any] | None, str]] = {
    "say": TOOLS["say"],
    "tree": (
        {
            "type": "object",
            "properties": {"tree": {"$ref": "#/$defs/node"}},
            "$defs": {
                "node": {"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}
            },
        },
        None,
        RETURNS_ALL,
    ),
}


def source_of(name: str, body: str) -> str:
    return f"from sealwright import ToolError, clock\n\n\ndef {name}(**given):\n    {body}\n"


@asynccontextmanager
async def serving(folder: Path) -> AsyncGenerator[tuple[TenantAccess, TenantAccess]]:
    """Serve the product with both tenants, that of TOOLS and that of RECURSIVE."""
    image = images.ensure(CHECKOUT / ".data" / "images", print)
    # A waiting call holds its worker's thread, not the worker.
    async with served(folder, sandbox_workers=1) as product:
        settings = product.settings
        ring = settings.ring()
        assert ring is not None, "it was made as the server began"
        database = settings.open_database(ring)
        tenants = [await sign_up(product) for _ in range(2)]
        for tenant, tools in zip(tenants, (TOOLS, RECURSIVE), strict=True):
            await publish(database, image, folder, tenant, tools.items())
        await database.close()
        yield tenants[0], tenants[1]


async def publish(
    database: Database,
    image: Image,
    folder: Path,
    tenant: TenantAccess,
    tools: Iterable[tuple[str, tuple[dict[str, Any], dict[str, Any] | None, str]]],
) -> None:
    """Build each tool and make it live, past the gates."""
    async with database.system_reading() as session:
        tenant_id = await session.scalar(select(Tenant.id).where(Tenant.slug == tenant.slug))
    assert tenant_id is not None
    made: list[Live] = []
    async with Pool.open(image, folder / "built for clients", workers=1) as pool:
        for name, (takes_what, promises, body) in tools:
            source = source_of(name, body)
            built = await pool.fork(source, name)
            assert isinstance(built, Component), built
            spec = plain_spec(name, input_schema=takes_what, output_schema=promises, limits={"wall_ms": 120_000})
            made.append(Live(spec, source, built))
    await put_live(database, tenant_id, *made)
