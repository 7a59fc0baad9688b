"""mcp-use: its client, and the LangChain tools that its agents use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import steps
from langchain_core.utils.function_calling import convert_to_openai_tool
from mcp_use import MCPClient
from mcp_use.agents.adapters import LangChainAdapter


class Use:
    reports = 0

    def __init__(self, session: object, tools: list) -> None:
        self.session = session
        self.tools = {tool.name: tool for tool in tools}

    async def names(self) -> list[str]:
        return [tool.name for tool in await self.session.list_tools()]

    async def forms(self) -> list[str]:
        return [convert_to_openai_tool(tool)["function"]["name"] for tool in self.tools.values()]

    async def call(self, tool: str, arguments: dict) -> str:
        return str(await self.tools[tool].ainvoke(arguments))


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[Use]:
    # With a header of that name it starts to sign in all the same.
    client = MCPClient({"mcpServers": {"sealwright": {"url": url, "auth": key}}})
    await client.create_all_sessions()
    try:
        session = client.get_session("sealwright")
        yield Use(session, await LangChainAdapter().create_tools(client))
    finally:
        await client.close_all_sessions()


steps.main(opened, "mcp-use", "mcp")
