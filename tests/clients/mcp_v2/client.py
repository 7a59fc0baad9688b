"""The Python SDK, 2.x; a fourth argument names the era: 2026-07-28, or nothing for the handshake."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import steps
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


class Sdk:
    reports = 0

    def __init__(self, client: Client) -> None:
        self.client = client

    async def names(self) -> list[str]:
        return [tool.name for tool in (await self.client.list_tools()).tools]

    async def call(self, tool: str, arguments: dict[str, Any]) -> str:
        result = await self.client.call_tool(tool, arguments, progress_callback=self.count)
        return "\n".join(part.text for part in result.content)

    async def count(self, *_told: object) -> None:
        self.reports += 1


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[Sdk]:
    era = sys.argv[4] if len(sys.argv) > 4 else "legacy"
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http), mode=era) as client,
    ):
        yield Sdk(client)


steps.main(opened, "mcp")
