"""One tool never takes a tenant down: what cannot be read of it is told to its owner, and the others are served."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.api.edge.test_large_results import post, told
from tests.makers import TenantAccess, make_live, make_spec


def deep(levels: int) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": deep(levels - 1)} if levels else {}}


DEEP = deep(100)
BROKEN: dict[str, dict[str, Any]] = {
    "a schema that is too deep": {"input_schema": DEEP},
    "an output schema that is too deep": {"output_schema": DEEP},
    "no schema at all": {"input_schema": None},
    "a grant that nobody reads": {"capabilities": {"teleport": ["to mars"]}},
    "limits that are none": {"limits": {"fuel": "much"}},
    "a grant of another form": {"capabilities": ["http"]},
    "no description": {"description": None},
    "a title that is none": {"title": 5},
    "an output schema that is none": {"output_schema": True},
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_a_stored_tool_that_cannot_be_read_hides_no_other(tenant: TenantAccess, kind: str) -> None:
    for name in ("add_numbers", "broken_one"):
        await make_live(tenant, make_spec(name))
    spoil(tenant, BROKEN[kind])
    for version in ("2025-11-25", "2026-07-28"):
        found = told(await post(tenant, version, {"name": "search_tools", "arguments": {"query": ""}}))
        assert "add_numbers" in json.dumps(found)
        (tools,) = [tool for tool in (await list_tools(tenant, version)) if tool["name"] == "add_numbers"]
        assert tools["description"]
        called = told(await post(tenant, version, {"name": "add_numbers", "arguments": {"a": 1, "b": 2}}))
        assert not called.get("isError"), called
    listed = {tool["name"]: tool for tool in (await tenant.api.get("/tools")).json()["items"]}
    assert listed["add_numbers"]["unserved"] is None
    assert listed["broken_one"]["unserved"]
    assert (await tenant.api.get("/tools/broken_one")).json()["unserved"] == listed["broken_one"]["unserved"]
    refused = await tenant.api.post("/tools/broken_one/runs", json={"arguments": {"a": 1, "b": 2}})
    assert refused.status_code == 404
    assert "is not served" in refused.json()["detail"]


async def list_tools(tenant: TenantAccess, version: str) -> list[dict[str, Any]]:
    answer = await post(tenant, version, {}, "tools/list")
    return told(answer)["tools"]


def spoil(tenant: TenantAccess, changes: dict[str, Any]) -> None:
    """As another release, or a hand in the database, might have left it."""
    file = tenant.product.settings.data_dir / "sealwright.db"
    with closing(sqlite3.connect(file, timeout=60)) as database, database:
        where = "tool_name = 'broken_one' AND tenant_id = (SELECT id FROM tenants WHERE slug = ?)"
        ((spec,),) = database.execute(f"SELECT spec FROM versions WHERE {where}", (tenant.slug,)).fetchall()  # noqa: S608 - our own words
        changed = json.dumps({**json.loads(spec), **changes})
        database.execute(f"UPDATE versions SET spec = ? WHERE {where}", (changed, tenant.slug))  # noqa: S608 - our own words
        database.execute("UPDATE tenants SET catalog_version = catalog_version + 1 WHERE slug = ?", (tenant.slug,))
