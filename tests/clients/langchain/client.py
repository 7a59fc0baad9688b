"""LangChain's adapters: tools of LangChain, and what its providers make of their schemas."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import steps
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_mcp_adapters.client import MultiServerMCPClient


class LangChain:
    reports = 0

    def __init__(self, tools: list[BaseTool]) -> None:
        self.tools = {tool.name: tool for tool in tools}

    async def names(self) -> list[str]:
        return list(self.tools)

    async def forms(self) -> list[str]:
        for strict in (False, True):
            made = [convert_to_openai_tool(tool, strict=strict) for tool in self.tools.values()]
        return [one["function"]["name"] for one in made]

    async def call(self, tool: str, arguments: dict) -> str:
        asked = {"type": "tool_call", "id": "1", "name": tool, "args": arguments}
        told = (await self.tools[tool].ainvoke(asked)).content
        return told if isinstance(told, str) else "\n".join(part["text"] for part in told)


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[LangChain]:
    headers = {"Authorization": f"Bearer {key}"}
    server = {"transport": "streamable_http", "url": url, "headers": headers}
    yield LangChain(await MultiServerMCPClient({"sealwright": server}).get_tools())


steps.main(opened, "langchain-mcp-adapters", "langchain-core", "mcp")
