"""Calls over MCP as a careful client makes them: under a key, and again under the same key until there is an answer."""

import asyncio
import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.bench.economics_wire import BYTES_A_TOKEN

MODERN = "2026-07-28"
_META = "io.modelcontextprotocol/"
_AGAIN_S, _PATIENCE_S = 0.1, 120
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Said:
    """What a call came to: `data` is the tool's result; of an error there are `code` and `message`."""

    data: Any
    code: str = ""
    message: str = ""

    @property
    def is_error(self) -> bool:
        return self.code != ""


@dataclass
class Caller:
    """One client of one tenant. It counts its calls and what a model would have written and read of them."""

    url: str
    token: str
    http: httpx2.AsyncClient
    calls: int = 0
    payload_bytes: int = 0

    @property
    def tokens(self) -> int:
        return self.payload_bytes // BYTES_A_TOKEN

    async def call(self, name: str, arguments: Mapping[str, Any], key: str) -> Said:
        """Ask until there is an answer. Raises TimeoutError."""
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                said = await self.once(name, arguments, key)
            except httpx2.HTTPError:
                said = None
            if said is not None and said.code != "run_in_flight":
                return said
            if time.monotonic() > until:
                raise TimeoutError(f"{name} under {key} was not answered within {_PATIENCE_S} s")
            await asyncio.sleep(_AGAIN_S)

    async def once(self, name: str, arguments: Mapping[str, Any], key: str) -> Said:
        """Ask once. Raises httpx2.HTTPError where nobody answers."""
        asked = {"name": name, "arguments": arguments}
        meta: dict[str, Any] = {
            f"{_META}protocolVersion": MODERN,
            f"{_META}clientCapabilities": {},
            "sealwright/idempotencyKey": key,
        }
        body: dict[str, Any] = {
            "jsonrpc": "2.0",
            "id": next(_numbers),
            "method": "tools/call",
            "params": {**asked, "_meta": meta},
        }
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": MODERN,
            "Mcp-Method": "tools/call",
            "Mcp-Name": name,
        }
        answer = await self.http.post(self.url, json=body, headers=headers)
        if answer.status_code >= 500:
            raise httpx2.HTTPError(f"{answer.status_code}: {answer.text[:200]}")
        told = json.loads(answer.text.rpartition("data: ")[2])
        assert "result" in told, told
        text = "".join(block.get("text", "") for block in told["result"]["content"])
        self.calls += 1
        self.payload_bytes += len(json.dumps(asked, separators=(",", ":")).encode()) + len(text.encode())
        data = told["result"].get("structuredContent")
        if told["result"].get("isError"):
            # A tool with an output schema has its errors' data beside the result, which must fit that schema.
            data = told["result"].get("_meta", {}).get("sealwright/error") if data is None else data
            return Said(data, str(data["code"]), str(data["message"]))
        return Said(json.loads(text) if data is None else data)
