"""OpenAI's Agents SDK: its function tools, strict where it can make them so."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import steps
from agents import Agent, RunContextWrapper
from agents.mcp import MCPServerStreamableHttp, MCPUtil
from agents.tool_context import ToolContext


class Agents:
    reports = 0

    def __init__(self, server: MCPServerStreamableHttp) -> None:
        self.server = server
        self.agent = Agent(name="asker")

    async def names(self) -> list[str]:
        return [tool.name for tool in await self.server.list_tools()]

    async def forms(self) -> list[str]:
        return [tool.name for tool in await self.tools(strict=True)]

    async def tools(self, *, strict: bool) -> list:
        context = RunContextWrapper(context=None)
        return await MCPUtil.get_function_tools(self.server, strict, context, self.agent)

    async def call(self, tool: str, arguments: dict) -> str:
        (found,) = [one for one in await self.tools(strict=False) if one.name == tool]
        given = json.dumps(arguments)
        context = ToolContext(context=None, tool_name=tool, tool_call_id="1", tool_arguments=given)
        return str(await found.on_invoke_tool(context, given))


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[Agents]:
    params = {"url": url, "headers": {"Authorization": f"Bearer {key}"}}
    # Its own patience is 5 seconds.
    async with MCPServerStreamableHttp(params=params, client_session_timeout_seconds=60) as server:
        yield Agents(server)


steps.main(opened, "openai-agents", "mcp")
