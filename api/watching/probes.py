"""A port for machines that watch: /metrics, /livez, /readyz of this process, with nothing else behind it.

A worker has no other; a server has the last two beside its routes, too. Whoever reaches the port may read it: it holds
no name of a tenant, and it is bound to this machine unless a setting says otherwise.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

from api.settings import Settings
from api.watching import readiness
from tenants.runtime import Runtime
from tenants.telemetry.metrics import CONTENT_TYPE

# A status, a type, a body.
Told = tuple[str, str, bytes]
_REQUEST_S = 10.0
_LINES_MAX = 100


@asynccontextmanager
async def probed(settings: Settings, runtime: Runtime) -> AsyncGenerator[None]:
    """Answer on the port of the settings, if one is named. Raises OSError when it is taken."""
    if settings.metrics_port is None:
        yield
        return

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_probe(reader, writer, partial(look_at, runtime))

    async with await asyncio.start_server(answer, settings.metrics_host, settings.metrics_port):
        yield


async def answer_probe(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, look: Callable[[str], Awaitable[Told]]
) -> None:
    """One request and its answer."""
    with suppress(OSError, TimeoutError, ValueError):
        async with asyncio.timeout(_REQUEST_S):
            status, kind, body = await look(await _path(reader))
            writer.write(_head(status, kind, len(body)) + body)
            await writer.drain()
    writer.close()


async def _path(reader: asyncio.StreamReader) -> str:
    method, path, _ = (await reader.readline()).decode("latin-1").split(" ", 2)
    for _ in range(_LINES_MAX):
        if not (await reader.readline()).strip():
            return path.partition("?")[0] if method == "GET" else ""
    return ""


async def look_at(runtime: Runtime, path: str) -> Told:
    """What this process says of itself."""
    if path == "/metrics":
        await readiness.measure(runtime)
        return "200 OK", CONTENT_TYPE, runtime.metrics.text()
    if path == "/livez":
        return "200 OK", "application/json", b'{"status":"ok"}'
    if path == "/readyz":
        is_ready, told = readiness.told(await readiness.read_parts(runtime))
        return "200 OK" if is_ready else "503 Service Unavailable", "application/json", json.dumps(told).encode()
    return "404 Not Found", "text/plain", b"/metrics, /livez, /readyz\n"


def _head(status: str, kind: str, length: int) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n".encode()
    )
