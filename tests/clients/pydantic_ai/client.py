"""Pydantic AI: its toolset over MCP, and the tool definitions that its models are given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import steps
from pydantic_ai import RunContext
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models.test import TestModel
from pydantic_ai.usage import RunUsage


class Toolset:
    reports = 0

    def __init__(self, toolset: MCPToolset) -> None:
        self.toolset = toolset
        self.context = RunContext(deps=None, model=TestModel(), usage=RunUsage())

    async def names(self) -> list[str]:
        return [tool.name for tool in await self.toolset.list_tools()]

    async def forms(self) -> list[str]:
        return [tool.tool_def.name for tool in (await self.toolset.get_tools(self.context)).values()]

    async def call(self, tool: str, arguments: dict) -> str:
        found = (await self.toolset.get_tools(self.context))[tool]
        return str(await self.toolset.call_tool(tool, arguments, self.context, found))


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[Toolset]:
    async with MCPToolset(url, headers={"Authorization": f"Bearer {key}"}) as toolset:
        yield Toolset(toolset)


steps.main(opened, "pydantic-ai-slim", "fastmcp-slim", "mcp")
