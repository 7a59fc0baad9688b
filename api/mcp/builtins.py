"""Our own tools, by name. A tenant's tool of the same name would be hidden: specs refuse these names."""

from api.mcp.authoring import DRAFT, DRY_RUN, GET_VERSION, PROPOSE, REVISE
from api.mcp.finding import CALL, DESCRIBE, SEARCH
from api.mcp.surface import Builtin

BUILTINS: dict[str, Builtin] = {
    builtin.name: builtin for builtin in (SEARCH, DESCRIBE, CALL, PROPOSE, REVISE, GET_VERSION, DRY_RUN, DRAFT)
}
