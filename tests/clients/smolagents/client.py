"""smolagents, by mcpadapt: its own tools, which it calls without waiting for anything else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import steps
from smolagents import MCPClient, Tool


class Smol:
    reports = 0

    def __init__(self, tools: list[Tool]) -> None:
        self.tools = {tool.name: tool for tool in tools}

    async def names(self) -> list[str]:
        return list(self.tools)

    async def forms(self) -> list[str]:
        return [name for name, tool in self.tools.items() if tool.to_code_prompt() and tool.inputs is not None]

    async def call(self, tool: str, arguments: dict) -> str:
        return str(await asyncio.to_thread(self.tools[tool], **arguments))


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[Smol]:
    server = {"url": url, "transport": "streamable-http", "headers": {"Authorization": f"Bearer {key}"}}
    client = await asyncio.to_thread(MCPClient, server, structured_output=False)
    try:
        yield Smol(client.get_tools())
    finally:
        await asyncio.to_thread(client.disconnect)


steps.main(opened, "smolagents", "mcpadapt", "mcp")
