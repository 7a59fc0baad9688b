"""Load as a balancer would send it: to servers that are ready, and elsewhere where nobody answered the door."""

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.cluster.topology import Cluster, Node

TOOL, LONG = "add_numbers", "count_slowly"
_ASKED_S = 20.0


@dataclass
class Load:
    """Calls over MCP without pause, and asynchronous runs. `failed` are by kind, each with the moment."""

    cluster: Cluster
    slug: str
    token: str
    ok: int = 0
    failed: list[tuple[float, str, str]] = field(default_factory=list[tuple[float, str, str]])
    took: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    in_flight: Counter[str] = field(default_factory=Counter[str])
    runs: dict[str, str] = field(default_factory=dict[str, str])
    last_ok: float = 0.0
    longest_pause: float = 0.0
    rate: float | None = None
    """Calls a second of each connection; None: as many as it can."""
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _ready: list[Node] = field(default_factory=list[Node])

    async def go(self, connections: int, *, with_runs: bool = True) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._probe())
            for number in range(connections):
                tasks.create_task(self._call_on(number))
            if with_runs:
                tasks.create_task(self._start_runs())

    async def _probe(self) -> None:
        """What a balancer knows of its targets, five times a second."""
        async with httpx2.AsyncClient(timeout=2) as http:
            while True:
                found: list[Node] = []
                for node in self.cluster.servers:
                    try:
                        if (await http.get(f"http://127.0.0.1:{node.probe}/readyz")).status_code == 200:
                            found.append(node)
                    except httpx2.HTTPError:
                        pass
                self._ready = found
                await asyncio.sleep(0.2)

    def _targets(self) -> list[Node]:
        """Those that are ready first; where none is, any: what it answers is the answer."""
        ready = self._ready or self.cluster.servers
        start = next(self._numbers) % len(ready)
        others = [node for node in self.cluster.servers if node not in ready]
        return [*ready[start:], *ready[:start], *others]

    async def _call_on(self, connection: int) -> None:
        async with httpx2.AsyncClient(timeout=_ASKED_S) as http:
            while True:
                began = time.monotonic()
                await self._call(http, connection)
                if self.rate is not None:
                    await asyncio.sleep(max(0.0, 1 / self.rate - (time.monotonic() - began)))

    async def _call(self, http: httpx2.AsyncClient, connection: int) -> None:
        number, began = next(self._numbers), time.monotonic()
        body = {
            "jsonrpc": "2.0", "id": f"{connection}-{number}", "method": "tools/call",
            "params": {"name": TOOL, "arguments": {"a": number, "b": 1}},
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json, text/event-stream"}
        answer = await self._post(http, f"/t/{self.slug}/mcp", body, headers)
        if answer is None:
            return
        said: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        if said.get("result", said).get("structuredContent") == {"sum": number + 1}:
            self._note_ok(began)
        else:
            self.failed.append((time.monotonic(), f"{answer.status_code}", answer.text[:120]))
            await asyncio.sleep(0.1)

    async def _post(self, http: httpx2.AsyncClient, path: str, body: Any, headers: dict[str, str]) -> Any:
        """Send it to the first that opens its door. None: cut off in the middle, or nobody opened."""
        for node in self._targets():
            self.in_flight[node.name] += 1
            try:
                return await http.post(node.url + path, json=body, headers=headers)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
            except httpx2.HTTPError as error:
                self.failed.append((time.monotonic(), type(error).__name__, node.name))
                return None
            finally:
                self.in_flight[node.name] -= 1
        self.failed.append((time.monotonic(), "nobody", ""))
        await asyncio.sleep(0.1)
        return None

    def _note_ok(self, began: float) -> None:
        ended = time.monotonic()
        self.ok += 1
        self.took.append((ended, ended - began))
        if self.last_ok:
            self.longest_pause = max(self.longest_pause, ended - self.last_ok)
        self.last_ok = ended

    async def _start_runs(self) -> None:
        """One every half second; one that was acknowledged must end, whatever happens."""
        async with httpx2.AsyncClient(timeout=_ASKED_S) as http:
            for number in itertools.count():
                headers = {"Authorization": f"Bearer {self.token}", "Prefer": "respond-async"}
                path = f"/api/v1/tenants/{self.slug}/tools/{LONG}/runs"
                before = len(self.failed)
                answer = await self._post(http, path, {"arguments": {"number": number}}, headers)
                del self.failed[before:]  # calls are counted above; here only what was acknowledged counts
                if answer is not None and answer.status_code == 202:
                    self.runs[answer.json()["id"]] = "acknowledged"
                await asyncio.sleep(0.5)

    async def lost(self, patience_s: float) -> list[str]:
        """The acknowledged runs that have not returned after so long."""
        left, until = set(self.runs), time.monotonic() + patience_s
        async with httpx2.AsyncClient(timeout=_ASKED_S, headers={"Authorization": f"Bearer {self.token}"}) as http:
            while left and time.monotonic() < until:
                for run_id in sorted(left):
                    url = f"{self.cluster.servers[0].url}/api/v1/tenants/{self.slug}/runs/{run_id}"
                    if (await http.get(url)).json().get("outcome") == "returned":
                        left.discard(run_id)
                await asyncio.sleep(0.5)
        return sorted(left)

    def p99_ms(self, since: float) -> float:
        took = sorted(seconds for ended, seconds in self.took if ended >= since)
        return took[int(len(took) * 0.99)] * 1_000 if took else 0.0
