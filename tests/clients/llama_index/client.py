"""LlamaIndex: the function tools that it makes of a server's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import steps
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec


class Llama:
    reports = 0

    def __init__(self, client: BasicMCPClient) -> None:
        self.client = client
        self.spec = McpToolSpec(client=client)

    async def names(self) -> list[str]:
        return [tool.name for tool in (await self.client.list_tools()).tools]

    async def forms(self) -> list[str]:
        tools = await self.spec.to_tool_list_async()
        return [tool.metadata.to_openai_tool()["function"]["name"] for tool in tools]

    async def call(self, tool: str, arguments: dict) -> str:
        (found,) = [one for one in await self.spec.to_tool_list_async() if one.metadata.name == tool]
        return str((await found.acall(**arguments)).content)


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[Llama]:
    # Its own patience is 30 seconds.
    yield Llama(BasicMCPClient(url, headers={"Authorization": f"Bearer {key}"}, timeout=60))


steps.main(opened, "llama-index-tools-mcp", "llama-index-core", "mcp")
