"""tools/list of 1,000 tools, and a crowd of clients over several tenants: latency, errors, leaks, memory.

`./dev bench listing`, or less of it: `./dev bench listing --seconds=10 --clients=50`. The server is a process of its
own (tests/bench/programs/mcp_tenants.py says what stands in for what); the load comes from this one, over keep-alive
connections of loopback. Every answer is read whole, and every tool's name in it is checked for its tenant.
"""

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import orjson
import psutil
import uvloop

from tests.bench.mcp import LEGACY, MODERN, process

_META = "io.modelcontextprotocol/"
_LINE_MAX = 4 << 20
WORDS = ("overdue invoices", "export orders as csv", "who is in charge of tickets", "forecast next quarter's deals")


@dataclass(frozen=True)
class Door:
    """A tenant's endpoint, and the keys of its clients."""

    tenant: str
    url: str
    keys: list[str]
    tools: int


class Client:
    """One client on one keep-alive connection, in one era."""

    def __init__(self, door: Door, key: str, version: str) -> None:
        self.door, self.key, self.version = door, key, version
        self._parts = urlsplit(door.url)
        self._number = 0

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(
            self._parts.hostname, self._parts.port, limit=_LINE_MAX
        )
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._writer.close()

    async def ask(self, method: str, **params: Any) -> bytes:
        """Send one request; return the JSON-RPC answer as it came. Raises RuntimeError for a status but 200."""
        self._writer.write(self.request(method, **params))
        status, headers = await self._head()
        if "chunked" in headers.get("transfer-encoding", ""):
            body = await self._chunks()
        else:
            body = await self._reader.readexactly(int(headers["content-length"]))
        if status != "200":
            raise RuntimeError(f"{method}: HTTP {status}: {body[:300]!r}")
        return body.rpartition(b"data: ")[2] if headers["content-type"].startswith("text/event-stream") else body

    def request(self, method: str, **params: Any) -> bytes:
        self._number += 1
        lines = [
            f"POST {self._parts.path} HTTP/1.1",
            f"Host: {self._parts.netloc}",
            f"Authorization: Bearer {self.key}",
            "Content-Type: application/json",
            "Accept: application/json, text/event-stream",
            f"MCP-Protocol-Version: {self.version}",
        ]
        if self.version == MODERN:
            params["_meta"] = {f"{_META}protocolVersion": MODERN, f"{_META}clientCapabilities": {}}
            lines += [f"Mcp-Method: {method}", *([f"Mcp-Name: {params['name']}"] if "name" in params else [])]
        body = json.dumps({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode()

    async def _head(self) -> tuple[str, dict[str, str]]:
        first, *rest = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in rest if line)
        return first.split(" ")[1], headers

    async def _chunks(self) -> bytes:
        parts: list[bytes] = []
        while size := int(await self._reader.readline(), 16):
            parts.append((await self._reader.readexactly(size + 2))[:-2])
        await self._reader.readline()
        return b"".join(parts)


@dataclass
class Tally:
    """What a crowd did: how often, how long it took in ms, and whatever was wrong."""

    took: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    wrong: Counter[str] = field(default_factory=Counter[str])

    async def ask(self, client: Client, what: str, method: str, **params: Any) -> bytes:
        started = time.perf_counter()
        answer = await client.ask(method, **params)
        self.took.setdefault(what, []).append((time.perf_counter() - started) * 1000)
        if b'"result":{' not in answer[:60] or b'"isError":true' in answer:
            self.wrong[f"{what}: {answer[:200]!r}"] += 1
        return answer

    def names(self, door: Door, answer: bytes) -> list[str]:
        """Return the tools in an answer, and note each that is not of this door's tenant."""
        names = [name for name in map(bytes.decode, _NAMES.findall(answer)) if name not in _OURS]
        self.wrong.update(f"{door.tenant} was shown {name}" for name in names if not name.endswith(f"_{door.tenant}"))
        return names


_OURS = {"search_tools", "describe_tool", "call_tool", "sealwright"}  # the last one is serverInfo
# A tool starts with its name, in lists and in what search_tools finds. Whole parsing would make this process the limit.
_NAMES = re.compile(rb'\{"name":"([^"]+)"')


async def visit(door: Door, key: str, chance: random.Random, until: float, rounds: int, tally: Tally) -> None:
    """Be one client: connect, list, search and call, again and again, until the moment or the rounds have passed."""
    version = chance.choice((MODERN, LEGACY))
    async with Client(door, key, version) as client:
        for _ in range(rounds):
            if time.perf_counter() >= until:
                return
            if version == MODERN:
                await tally.ask(client, "server/discover", "server/discover")
            else:
                hello = {"clientInfo": {"name": "crowd", "version": "1"}, "capabilities": {}}
                await tally.ask(client, "initialize", "initialize", protocolVersion=LEGACY, **hello)
            names = tally.names(door, await tally.ask(client, "tools/list", "tools/list"))
            tally.wrong["a list that is not whole"] += len(names) != door.tools
            for _ in range(chance.randint(2, 5)):
                asked = {"query": chance.choice(WORDS), "limit": 5}
                found = await tally.ask(client, "search_tools", "tools/call", name="search_tools", arguments=asked)
                tally.wrong["nothing found"] += not tally.names(door, found)
            for _ in range(chance.randint(1, 3)):
                said = f"{door.tenant} {chance.random()}"
                inner = {"name": chance.choice(names), "arguments": {"text": said}}
                result = await tally.ask(client, "call_tool", "tools/call", name="call_tool", arguments=inner)
                given = orjson.loads(result)["result"].get("structuredContent")
                tally.wrong["call_tool gave something else"] += given != {"echo": said}


async def crowd(
    doors: list[Door], clients: int, *, seconds: float = 3600, rounds: int = 1_000_000, seed: int = 4
) -> Tally:
    """Let `clients` visit at once, spread over the doors and their keys."""
    tally, until = Tally(), time.perf_counter() + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            door = doors[number % len(doors)]
            key = door.keys[number // len(doors) % len(door.keys)]
            group.create_task(visit(door, key, random.Random(f"{seed} {number}"), until, rounds, tally))  # noqa: S311
    return tally


async def alone(door: Door, version: str, times: int = 200) -> tuple[float, float, int]:
    """p50 and p95 of a warm `tools/list` at one connection, in ms as the bytes arrive, and the answer's bytes."""
    async with Client(door, door.keys[0], version) as client:
        took: list[float] = []
        size = 0
        for _ in range(times):
            started = time.perf_counter()
            size = len(await client.ask("tools/list"))
            took.append((time.perf_counter() - started) * 1000)
    ranked = sorted(took[times // 10 :])
    return statistics.median(ranked), ranked[int(len(ranked) * 0.95)], size


async def sample(server: psutil.Process, sizes: list[float]) -> None:
    """Note the server's resident MiB twice a second."""
    while True:
        sizes.append(server.memory_info().rss / (1 << 20))
        await asyncio.sleep(0.5)


async def measure(doors: list[Door], server: psutil.Process, given: argparse.Namespace) -> None:
    for version in (MODERN, LEGACY):
        p50, p95, size = await alone(doors[0], version)
        print(
            f"tools/list {version}, {given.tools:,} tools, {size / 1000:,.0f} kB, one connection: "
            f"p50 {p50:.2f} ms  p95 {p95:.2f} ms",
            flush=True,
        )
    # The connections, the caches and the allocator's arenas grow once; what grows after that would be a leak.
    await crowd(doors, given.clients, seconds=min(10.0, given.seconds / 4))
    sizes: list[float] = []
    sampling = asyncio.create_task(sample(server, sizes))
    started, computed = time.perf_counter(), sum(server.cpu_times()[:2])
    tally = await crowd(doors, given.clients, seconds=given.seconds)
    elapsed, computed = time.perf_counter() - started, sum(server.cpu_times()[:2]) - computed
    sampling.cancel()
    for what, took in sorted(tally.took.items()):
        ranked = sorted(took)
        print(
            f"{what:<16} {len(took):>7} answers  p50 {statistics.median(ranked):>8.1f}  "
            f"p99 {ranked[int(len(ranked) * 0.99)]:>8.1f} ms"
        )
    total = sum(len(took) for took in tally.took.values())
    print(f"{given.clients} clients, {len(doors)} tenants, {elapsed:.0f} s: {total / elapsed:.0f} answers/s")
    print(f"server: {computed / elapsed:.2f} cores; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"server's memory, MiB: start {sizes[0]:.1f}  end {sizes[-1]:.1f}  max {max(sizes):.1f}")
    print(
        f"wrong: {sum(tally.wrong.values())}", *(f"  {n} x {text}" for text, n in tally.wrong.most_common(5)), sep="\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="listing")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--tenants", type=int, default=2)
    parser.add_argument("--tools", type=int, default=1000)
    given = parser.parse_args([given for given in sys.argv[1:] if given.startswith("--")])
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores before")
    sizes = [str(number) for number in (given.tenants, given.tools, 20)]
    with (
        tempfile.TemporaryDirectory() as folder,
        process(sys.executable, "-m", "tests.bench.programs.mcp_tenants", *sizes, folder) as started,
    ):
        assert started.stdout is not None
        doors = [Door(**told) for told in json.loads(started.stdout.readline())]
        uvloop.run(measure(doors, psutil.Process(started.pid), given))


if __name__ == "__main__":
    main()
