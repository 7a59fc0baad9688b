"""A live tool in wire form."""

from typing import Any

from api.mcp.messages import DEPRECATION
from api.mcp.wire import schemas
from tenants.catalog.catalog import LiveTool


def signature(live: LiveTool) -> str:
    """How it is called, as Python would say it: optional arguments with a question mark."""
    required = live.input_schema.get("required", [])
    arguments = [name if name in required else f"{name}?" for name in live.input_schema.get("properties", {})]
    return f"{live.name}({', '.join(arguments)})"


def wire_of(live: LiveTool, *, objects_only: bool) -> dict[str, Any]:
    """One live tool. `objects_only`: the older era breaks on an output schema whose root is no object."""
    title = {"title": live.title} if live.title else {}
    wire: dict[str, Any] = {
        "name": live.name,
        **title,
        "description": live.told,
        "inputSchema": {"type": "object"} | live.input_schema,
        "annotations": live.annotations,
        "_meta": {"sealwright/version": live.version_number},
    }
    if live.deprecation is not None:
        wire["_meta"][DEPRECATION] = live.deprecation
    if live.output_schema and (not objects_only or live.output_schema.get("type") == "object"):
        wire["outputSchema"] = live.output_schema
    return wire


def listed_of(live: LiveTool, *, objects_only: bool) -> dict[str, Any]:
    """The same for `tools/list`, whose clients break on more than models do: see schemas.py."""
    wire = wire_of(live, objects_only=objects_only)
    wire["inputSchema"] = schemas.of_arguments(live.input_schema)
    if "outputSchema" in wire:
        wire["outputSchema"] = schemas.of_result(wire["outputSchema"])
    return wire
