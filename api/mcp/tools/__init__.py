"""Our own tools, by name. Their names stand in tenants, where specs refuse them: a tenant's tool would be hidden."""

from api.mcp.tools import (
    call,
    cases,
    describe,
    draft,
    dry_run,
    get_version,
    guide,
    list_versions,
    propose,
    revise,
    search,
    withdraw,
)
from api.mcp.tools.builtin import Builtin

_EVERY = (
    search, describe, call, guide, propose, cases, revise, get_version, list_versions, withdraw, dry_run, draft,
)  # fmt: skip
BUILTINS: dict[str, Builtin] = {module.TOOL.name: module.TOOL for module in _EVERY}
