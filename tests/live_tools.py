"""A tool that is live, made without the pipeline: the rows that publishing leaves. Every kit makes them here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from sandbox import Component
from tenants.base import ids
from tenants.base.db import Database
from tenants.models import Tool, Version
from tenants.tools import specs

_BATCH = 200


@dataclass(frozen=True)
class Live:
    """A spec with its one version. Without a component, `source` says what stands in for it."""

    spec: Mapping[str, Any]
    source: str
    component: Component | None = None


def plain_spec(name: str, **changes: Any) -> dict[str, Any]:
    """A spec that takes any object, and promises nothing of its result; `changes` replace its parts."""
    return {
        "name": name,
        "title": None,
        "description": f"Does {name}.",
        "input_schema": {"type": "object"},
        "output_schema": None,
        "effects": "read",
        "capabilities": {},
        "limits": {},
        "examples": [],
        "holdouts": [],
        **changes,
    }


async def put_live(database: Database, tenant_id: str, *tools: Live, by: Mapping[str, Any] | None = None) -> None:
    """Write them down as live, each in its version 1. `by` is who made them."""
    for start in range(0, len(tools), _BATCH):
        rows = [_rows(tenant_id, one, dict(by or {})) for one in tools[start : start + _BATCH]]
        async with database.unit(tenant_id) as session:
            await session.execute(insert(Tool), [tool for tool, _ in rows])
            await session.execute(insert(Version), [version for _, version in rows])
            await specs.changed(session, tenant_id)


def _rows(tenant_id: str, live: Live, by: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    name, spec, built = live.spec["name"], dict(live.spec), live.component
    tool = {
        "id": ids.new("tol"),
        "tenant_id": tenant_id,
        "name": name,
        "spec": spec,
        "live_version": 1,
        "last_version": 1,
        "created_by": by,
    }
    version = {
        "id": ids.new("ver"),
        "tenant_id": tenant_id,
        "tool_id": tool["id"],
        "tool_name": name,
        "number": 1,
        "state": "live",
        "spec": spec,
        "source": live.source,
        "component_digest": built.digest if built else ids.new("dig"),
        "image_digest": built.image if built else "",
        "patch": built.patch if built else b"",
        "digest": "d" * 64,
        "author": by,
    }
    return tool, version
