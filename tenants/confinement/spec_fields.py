"""What a spec is made of: its fields in one order, what they are when left out, and what is shown of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SPEC_BYTES_MAX = 1 << 20
EFFECTS = ("read", "idempotent", "destructive")
NAMES = (
    "name",
    "title",
    "description",
    "input_schema",
    "output_schema",
    "effects",
    "capabilities",
    "limits",
    "examples",
    "holdouts",
)


class OwnTool(StrEnum):
    """The MCP endpoint's own tools: a tenant's tool of such a name could never be called there."""

    SEARCH_TOOLS = "search_tools"
    DESCRIBE_TOOL = "describe_tool"
    CALL_TOOL = "call_tool"
    DRAFT_SPEC = "draft_spec"
    PROPOSE_TOOL = "propose_tool"
    REVISE_TOOL = "revise_tool"
    GET_VERSION = "get_version"
    DRY_RUN = "dry_run"


RESERVED = frozenset(OwnTool)
_DEFAULTS: dict[str, Any] = {
    "title": None,
    "output_schema": None,
    "examples": [],
    "holdouts": [],
    "capabilities": {},
    "limits": {},
    "effects": "read",
}


def complete(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a valid spec with every field there, in one order, so that equal specs are equal rows."""
    return {name: body.get(name, _DEFAULTS.get(name)) for name in NAMES}


def without_answers(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec whose hold-outs say what is called, but not what is expected."""
    hidden = [
        {name: value for name, value in case.items() if name not in {"result", "error"}} for case in spec["holdouts"]
    ]
    return {**spec, "holdouts": hidden}


@dataclass(frozen=True, slots=True)
class Checked:
    """A spec that was found valid and is complete. Only tenants/confinement/judging.py makes one."""

    spec: dict[str, Any]
