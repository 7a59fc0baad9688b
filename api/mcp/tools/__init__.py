"""Our own tools, by name. Their names stand in tenants, where specs refuse them: a tenant's tool would be hidden."""

from api.mcp.tools import call, describe, draft, dry_run, get_version, guide, propose, revise, search
from api.mcp.tools.builtin import Builtin

BUILTINS: dict[str, Builtin] = {
    module.TOOL.name: module.TOOL
    for module in (search, describe, call, guide, propose, revise, get_version, dry_run, draft)
}
