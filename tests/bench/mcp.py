"""MCP: our authenticated, recorded, sandboxed tools/call beside plain echo servers, in one run, on loopback.

Peers: fastmcp 4.1.2 (in its own environment, made on first use), the bare SDK's low-level server, the TypeScript SDK.
Each serves one echo tool in one process, with no bearer, no record and no sandbox. The load comes from this process:
keep-alive connections that send the same request again as soon as the answer is there, and read of it only its length.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import psutil
import uvloop

from tests.bench.published.environments import python_with

CHECKOUT = Path(__file__).parents[2]
NODE = CHECKOUT / ".venv" / "bin" / "node"
FASTMCP = "fastmcp 4.1.2, plain"
SECONDS, WARM_S, ROUNDS = 2.0, 0.5, 3
MODERN, LEGACY = "2026-07-28", "2025-11-25"


@dataclass(frozen=True)
class Target:
    name: str
    url: str
    process: psutil.Process
    key: str | None = None

    def request(self, version: str) -> bytes:
        """One tools/call, as bytes on the wire."""
        parts = urlsplit(self.url)
        params: dict[str, object] = {"name": "echo", "arguments": {"text": "hello"}}
        if version == MODERN:
            params["_meta"] = {
                "io.modelcontextprotocol/protocolVersion": version,
                "io.modelcontextprotocol/clientCapabilities": {},
            }
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
        lines = [
            f"POST {parts.path} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Content-Type: application/json",
            "Accept: application/json, text/event-stream",
            f"MCP-Protocol-Version: {version}",
            f"Content-Length: {len(body)}",
        ]
        if version == MODERN:
            lines += ["Mcp-Method: tools/call", "Mcp-Name: echo"]
        if self.key:
            lines.append(f"Authorization: Bearer {self.key}")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def cpu_s(self) -> float:
        """What the server and its workers have computed."""
        times = [process.cpu_times() for process in (self.process, *self.process.children(recursive=True))]
        return sum(one.user + one.system for one in times)


class Connection(asyncio.Protocol):
    """A client that repeats itself, and reads no more than it must: what it computes, the server lacks."""

    def __init__(self, request: bytes, until: float, taken: list[float]) -> None:
        self.request, self.until, self.taken = request, until, taken
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._heard = b""
        self._asked = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if not is_whole(self._heard):
            return
        answer, self._heard = self._heard, b""
        if not answer.startswith(b"HTTP/1.1 200") or b"hello" not in answer:
            self.done.set_exception(RuntimeError(answer.decode()))
            return
        now = time.perf_counter()
        self.taken.append(now - self._asked)
        if now < self.until:
            self._ask()
        else:
            self._transport.close()
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))


def is_whole(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    _, found, length = head.lower().partition(b"content-length:")
    return len(body) >= int(length.split(b"\r\n", 1)[0]) if found else body.endswith(b"0\r\n\r\n")


async def ask(target: Target, request: bytes, connections: int, seconds: float) -> list[float]:
    """How long each answer took, in seconds."""
    parts, taken, until = urlsplit(target.url), list[float](), time.perf_counter() + seconds
    host, port = parts.hostname or "", parts.port or 80
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Connection(request, until, taken), host, port) for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for _, connection in made))
    return taken


async def load(target: Target, version: str, connections: int, seconds: float) -> tuple[float, float, float, float]:
    """Requests a second, p50 and p99 in ms, and the server's CPU microseconds for each request."""
    request = target.request(version)
    await ask(target, request, connections, WARM_S)
    before, started = target.cpu_s(), time.perf_counter()
    taken = await ask(target, request, connections, seconds)
    elapsed, computed = time.perf_counter() - started, target.cpu_s() - before
    ranked = sorted(taken)
    return (
        len(taken) / elapsed,
        statistics.median(ranked) * 1000,
        ranked[int(len(ranked) * 0.99)] * 1000,
        computed / len(taken) * 1e6,
    )


@contextmanager
def process(*command: str) -> Generator[subprocess.Popen[str]]:
    started = subprocess.Popen(command, text=True, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield started
    finally:
        # Ours ends with its standard input, in order; the peers are simply stopped.
        assert started.stdin is not None
        started.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            started.wait(2)
        # `node` is a wrapper with the real one under it.
        for one in psutil.Process(started.pid).children(recursive=True) if started.poll() is None else []:
            one.terminate()
        started.terminate()
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()


def wait_for(port: int) -> None:
    import socket

    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on {port}")


@contextmanager
def own(kind: str) -> Generator[Target]:
    module = "tests.bench.programs.mcp_own"
    with (
        tempfile.TemporaryDirectory() as folder,
        process(sys.executable, "-m", module, kind, folder) as started,
    ):
        assert started.stdout is not None
        told = json.loads(started.stdout.readline())
        yield Target(f"sealwright, {kind}", told["url"], psutil.Process(started.pid), told["key"])


@contextmanager
def peer(name: str, port: int, *command: str) -> Generator[Target]:
    with process(*command, str(port)) as started:
        wait_for(port)
        yield Target(name, f"http://127.0.0.1:{port}/mcp", psutil.Process(started.pid))


def fastmcp_python() -> str:
    return str(python_with("fastmcp"))


def measure(targets: list[Target], version: str) -> dict[str, float]:
    """Requests a second of each: the best of several rounds, in which all take turns, so that whatever else the
    machine does falls on none alone."""
    rounds: dict[str, list[tuple[float, float, float, float]]] = {target.name: [] for target in targets}
    for _ in range(ROUNDS):
        for target in targets:
            rounds[target.name].append(uvloop.run(load(target, version, 16, SECONDS)))
    for target in targets:
        rate, p50, p99, _ = max(rounds[target.name])
        cpu = min(one[3] for one in rounds[target.name])
        _, alone, _, _ = uvloop.run(load(target, version, 1, SECONDS))
        print(
            f"{target.name:<42} {version}  {rate:>7.0f} req/s at 16   p50 {p50:>6.2f}  p99 {p99:>7.2f} ms   "
            f"{cpu:>6.0f} us CPU   p50 alone {alone:>6.2f} ms",
            flush=True,
        )
    return {name: max(found)[0] for name, found in rounds.items()}


def main() -> None:
    program = "tests/bench/programs/mcp_peer.py"
    makers = [
        own("sandbox"),
        own("no-op"),
        peer(FASTMCP, 18_911, fastmcp_python(), program, "fastmcp"),
        peer("mcp 2.3.0 low-level, plain", 18_912, sys.executable, program, "sdk"),
        peer("TypeScript SDK 2.4.0, plain", 18_913, str(NODE), "tests/clients/peer.mjs"),
    ]
    with ExitStack() as stack:
        targets = [stack.enter_context(maker) for maker in makers]
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; the best of {ROUNDS} rounds")
        for version in (MODERN, LEGACY):
            rates = measure(targets, version)
            for kind in ("sandbox", "no-op"):
                ratio = rates[f"sealwright, {kind}"] / rates[FASTMCP]
                print(f"{version}: sealwright, {kind}: {ratio:.2f}x fastmcp")


if __name__ == "__main__":
    main()
