"""Google's Agent Development Kit: its tools, and the declarations that Gemini is given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import steps
from google.adk.agents import LlmAgent
from google.adk.agents.invocation_context import InvocationContext
from google.adk.sessions import InMemorySessionService
from google.adk.tools.mcp_tool import McpToolset, StreamableHTTPConnectionParams
from google.adk.tools.tool_context import ToolContext


class Adk:
    reports = 0

    def __init__(self, toolset: McpToolset, context: ToolContext) -> None:
        self.toolset, self.context = toolset, context

    async def names(self) -> list[str]:
        return [tool.name for tool in await self.toolset.get_tools()]

    async def forms(self) -> list[str]:
        return [tool._get_declaration().name for tool in await self.toolset.get_tools()]

    async def call(self, tool: str, arguments: dict) -> str:
        (found,) = [one for one in await self.toolset.get_tools() if one.name == tool]
        told = await found.run_async(args=arguments, tool_context=self.context)
        if isinstance(told, dict) and "content" in told:
            return "\n".join(part["text"] for part in told["content"])
        return str(told)


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[Adk]:
    connection = StreamableHTTPConnectionParams(url=url, headers={"Authorization": f"Bearer {key}"})
    toolset = McpToolset(connection_params=connection)
    sessions = InMemorySessionService()
    session = await sessions.create_session(app_name="asker", user_id="1")
    agent = LlmAgent(name="asker", model="gemini-2.5-flash")
    context = InvocationContext(session_service=sessions, session=session, agent=agent, invocation_id="1")
    yield Adk(toolset, ToolContext(context))
    await toolset.close()


steps.main(opened, "google-adk", "google-genai", "mcp")
