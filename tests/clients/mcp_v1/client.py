"""The Python SDK, 1.x."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import steps
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client


class Sdk:
    reports = 0

    def __init__(self, session: ClientSession) -> None:
        self.session = session

    async def names(self) -> list[str]:
        return [tool.name for tool in (await self.session.list_tools()).tools]

    async def call(self, tool: str, arguments: dict) -> str:
        result = await self.session.call_tool(tool, arguments, progress_callback=self.count)
        return "\n".join(part.text for part in result.content)

    async def count(self, *_told: object) -> None:
        self.reports += 1


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[Sdk]:
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        streamablehttp_client(url, headers=headers) as (reading, writing, _),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        yield Sdk(session)


steps.main(opened, "mcp")
