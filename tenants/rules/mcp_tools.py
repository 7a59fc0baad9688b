"""Names of the MCP endpoint's own tools, each of which is a module of api/mcp/tools. No spec may take one."""

from enum import StrEnum


class OwnTool(StrEnum):
    """The MCP endpoint's own tools: a tenant's tool of such a name could never be called there."""

    SEARCH_TOOLS = "search_tools"
    DESCRIBE_TOOL = "describe_tool"
    CALL_TOOL = "call_tool"
    READ_GUIDE = "read_guide"
    DRAFT_SPEC = "draft_spec"
    PROPOSE_TOOL = "propose_tool"
    PROPOSE_CASES = "propose_cases"
    REVISE_TOOL = "revise_tool"
    GET_VERSION = "get_version"
    LIST_VERSIONS = "list_versions"
    WITHDRAW_VERSION = "withdraw_version"
    DRY_RUN = "dry_run"
