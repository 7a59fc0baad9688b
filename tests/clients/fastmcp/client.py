"""FastMCP's client, and its own typed form of results."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import steps
from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport


class Fast:
    reports = 0

    def __init__(self, client: Client) -> None:
        self.client = client

    async def names(self) -> list[str]:
        return [tool.name for tool in await self.client.list_tools()]

    async def call(self, tool: str, arguments: dict) -> str:
        result = await self.client.call_tool(tool, arguments, progress_handler=self.count)
        assert result.data is not None
        return "\n".join(part.text for part in result.content)

    async def count(self, *_told: object) -> None:
        self.reports += 1


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[Fast]:
    transport = StreamableHttpTransport(url, headers={"Authorization": f"Bearer {key}"})
    async with Client(transport) as client:
        yield Fast(client)


steps.main(opened, "fastmcp", "mcp")
