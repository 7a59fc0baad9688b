"""MCP: our authenticated, recorded, sandboxed tools/call beside plain echo servers, in one run, on loopback.

Peers: fastmcp 4.1.2 (in its own environment, made on first use), the bare SDK's low-level server, the TypeScript SDK.
Each serves one echo tool in one process, with no bearer, no record and no sandbox. The load comes from this process:
keep-alive connections that send the same request again as soon as the answer is there.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

CHECKOUT = Path(__file__).parents[2]
PEERS = CHECKOUT / ".data" / "bench" / "fastmcp"
FASTMCP = "fastmcp==4.1.2"
SECONDS, WARM_S = 4.0, 1.0
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


async def read_answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode() + (await reader.read(2000)).decode())
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        return await reader.readuntil(b"0\r\n\r\n")
    length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)


async def connection(target: Target, request: bytes, until: float, taken: list[float]) -> None:
    parts = urlsplit(target.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    while time.perf_counter() < until:
        started = time.perf_counter()
        writer.write(request)
        answer = await read_answer(reader)
        taken.append(time.perf_counter() - started)
        assert b'"hello' in answer or b'\\"hello' in answer, answer
    writer.close()


async def load(target: Target, version: str, connections: int, seconds: float) -> tuple[float, float, float, float]:
    """Requests a second, p50 and p99 in ms, and the server's CPU microseconds for each request."""
    request, taken = target.request(version), list[float]()
    warm = time.perf_counter() + WARM_S
    await asyncio.gather(*(connection(target, request, warm, []) for _ in range(connections)))
    before, started = target.cpu_s(), time.perf_counter()
    until = started + seconds
    await asyncio.gather(*(connection(target, request, until, taken) for _ in range(connections)))
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
    python = PEERS / "bin" / "python"
    if not python.exists():
        venv.create(PEERS, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", FASTMCP, "uvloop", "httptools"], check=True)
    return str(python)


def measure(target: Target, version: str) -> float:
    rate, p50, p99, cpu = asyncio.run(load(target, version, 16, SECONDS))
    _, alone, _, _ = asyncio.run(load(target, version, 1, SECONDS / 2))
    print(
        f"{target.name:<42} {version}  {rate:>7.0f} req/s at 16   p50 {p50:>6.2f}  p99 {p99:>7.2f} ms   "
        f"{cpu:>6.0f} us CPU   p50 alone {alone:>6.2f} ms",
        flush=True,
    )
    return rate


def main() -> None:
    program = "tests/bench/programs/mcp_peer.py"
    node = CHECKOUT / ".venv" / "bin" / "node"
    makers = [
        own("sandbox"),
        own("no-op"),
        peer("fastmcp 4.1.2, plain", 18_911, fastmcp_python(), program, "fastmcp"),
        peer("mcp 2.3.0 low-level, plain", 18_912, sys.executable, program, "sdk"),
        peer("TypeScript SDK 2.4.0, plain", 18_913, str(node), "tests/clients/peer.mjs"),
    ]
    rates: dict[tuple[str, str], float] = {}
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for maker in makers:
        with maker as target:
            for version in (MODERN, LEGACY):
                rates[target.name, version] = measure(target, version)
    for version in (MODERN, LEGACY):
        base = rates["fastmcp 4.1.2, plain", version]
        for kind in ("sandbox", "no-op"):
            print(f"{version}: sealwright, {kind}: {rates[f'sealwright, {kind}', version] / base:.2f}x fastmcp")


if __name__ == "__main__":
    main()
