"""One MCP client over HTTP that counts what crosses it: calls, round trips, and what a model writes and reads."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import mcp_types as types
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

BYTES_A_TOKEN = 4  # the usual rule of thumb for English and JSON; real tokenizers differ by a third either way
PATIENCE_S = 900


@dataclass
class Line:
    """`payload_bytes`: the name and arguments of every call and the text of every result, each counted once."""

    session: ClientSession
    calls: int = 0
    round_trips: int = 0
    payload_bytes: int = 0

    async def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Call a tool; return the text that a model would read."""
        self.calls += 1
        written = json.dumps({"name": name, "arguments": arguments}, separators=(",", ":"), ensure_ascii=False)
        result = await self.session.call_tool(name, dict(arguments), read_timeout_seconds=PATIENCE_S)
        assert isinstance(result, types.CallToolResult)
        text = "".join(block.text for block in result.content if isinstance(block, types.TextContent))
        if result.is_error:
            raise RuntimeError(f"{name}: {text[:500]}")
        self.payload_bytes += len(written.encode()) + len(text.encode())
        return text

    @property
    def tokens(self) -> int:
        return self.payload_bytes // BYTES_A_TOKEN


@asynccontextmanager
async def connect(url: str, token: str = "") -> AsyncGenerator[Line]:
    """Connect the official client, and count from the first call on."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    lines: list[Line] = []

    async def count(request: httpx2.Request) -> None:
        for line in lines:
            line.round_trips += request.method == "POST"

    async with (
        httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S, event_hooks={"request": [count]}) as http,
        streamable_http_client(url, http_client=http) as (reading, writing),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        await session.list_tools()
        lines.append(Line(session))
        yield lines[0]
