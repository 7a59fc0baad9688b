"""Worker processes that build and run tools: the way in from outside."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sandbox.artifacts import Image
from sandbox.caches import Cache
from sandbox.components import Call, Component
from sandbox.engine import Form, Natives
from sandbox.findings import Finding
from sandbox.forks import BuildFailed
from sandbox.grants import Grant
from sandbox.hosts import Host
from sandbox.limits import Limits
from sandbox.links import Link
from sandbox.meters import exhausted
from sandbox.outcomes import Execution, Failed, Fault, Outcome
from sandbox.talks import CRASHED, RunTalk, SandboxBroken, Talk, late, overtime
from sandbox.wires import Ended, Fork, Forked, Materialise, Materialised, Run, outcome_of

RUNS_PER_WORKER = 64
# What the body of a module may use while it is imported.
BUILD_LIMITS = Limits(fuel=10_000_000_000, memory_bytes=256 << 20, wall_ms=15_000)
_MATERIALISE_S = 60.0
_NOT_TEXT = Failed(Fault("invalid_arguments", "The arguments hold half a character (a lone surrogate).", "Send UTF-8."))


class Team:
    """Workers of one kind. One that is lost is replaced when next there is work."""

    def __init__(self, told: Mapping[str, Any], size: int, each: int):
        self._told, self._each = told, each
        self._links: list[Link | None] = [None] * size
        self._starting = [asyncio.Lock() for _ in range(size)]
        self._places = asyncio.Semaphore(size * each)
        self._taken = [0] * size
        self.lost = 0

    @asynccontextmanager
    async def place(self) -> AsyncGenerator[Link]:
        """A place at the worker with the least to do; waits while all are full."""
        async with self._places:
            at = min(range(len(self._taken)), key=self._taken.__getitem__)
            self._taken[at] += 1
            try:
                yield await self._link(at)
            finally:
                self._taken[at] -= 1

    async def start(self) -> None:
        await asyncio.gather(*(self._link(at) for at in range(len(self._links))))

    async def _link(self, at: int) -> Link:
        async with self._starting[at]:
            link = self._links[at]
            if link is not None and link.gone.is_set():
                await link.close()
                self.lost += 1
            if link is None or link.gone.is_set():
                link = self._links[at] = await Link.open(self._told)
            return link

    @property
    def links(self) -> list[Link]:
        return [link for link in self._links if link is not None]

    def count_lost(self) -> int:
        """How many workers of this team have ended before their time."""
        return self.lost + sum(link.gone.is_set() for link in self.links)

    async def close(self) -> None:
        await asyncio.gather(*(link.close() for link in self.links))


class Pool:
    """Builds and runs tools in worker processes. Open it once; any number of tasks may use it."""

    def __init__(self, image: Image, cache: Cache, runners: Team, builders: Team):
        self.image = image
        self._cache, self._runners, self._builders = cache, runners, builders

    @classmethod
    @asynccontextmanager
    async def open(cls, image: Image, cache: Path, workers: int | None = None) -> AsyncGenerator["Pool"]:
        """`workers` processes that run tools (None: one for each core), and as many, up to two, that build them.

        `cache` is a folder for native code, made if missing. Raises WorkerFailed.
        """
        size = workers or os.cpu_count() or 1
        natives = await asyncio.to_thread(Natives.ensure, image)
        opened = Cache.open(cache)
        told = {
            "image": str(image.root),
            "natives": {name: str(path) for name, path in asdict(natives).items()},
            "cache": str(opened.folder),
        }
        runners = Team({**told, "role": "runner"}, size, RUNS_PER_WORKER)
        builders = Team({**told, "role": "builder"}, min(size, 2), 1)
        try:
            await asyncio.gather(runners.start(), builders.start())
            yield cls(image, opened, runners, builders)
        finally:
            await asyncio.gather(runners.close(), builders.close())

    async def fork(self, source: str, name: str) -> Component | BuildFailed:
        """Build a tool. The same source and name give the same component, byte for byte."""
        try:
            async with self._builders.place() as link:
                talk = Talk(link)
                order = Fork(talk.key, source, name, BUILD_LIMITS)
                built = await talk.hold(order, overtime(BUILD_LIMITS))
        except UnicodeEncodeError:
            return _failed("The source is not valid text: it holds a lone surrogate.", "Send it as UTF-8.")
        if built is None:
            return _failed("Building this source crashed the builder or took too long.", "Do less at module level.")
        return await self._keep(built)

    async def _keep(self, built: Any) -> Component | BuildFailed:
        if not isinstance(built, Forked) or (built.component is None and not built.findings):
            raise SandboxBroken(f"a builder answered a fork with {type(built).__name__}")
        if built.component is None:
            return BuildFailed(built.findings)
        await self._cache.put(built.component, "delta", built.native)
        return built.component

    async def run(self, component: Component, call: Call, *, grant: Grant, limits: Limits, host: Host) -> Execution:
        """One call in a fresh instance. What the tool does wrong is in the outcome; what `host` raises comes out.

        Cancel the awaiting task to kill the instance, even inside a host call.
        """
        started = time.perf_counter()
        if len(call.arguments) > limits.argument_bytes:
            return Execution(exhausted("argument_bytes", limits), 0, 0, 0.0, 0, "")
        async with (
            self._cache.file(component, "delta", lambda: self._materialise(component, "delta")) as file,
            self._runners.place() as link,
        ):
            talk = RunTalk(link, limits, grant.allowance(), host)
            order = Run(talk.key, str(file), "delta", call.arguments, call.seed, call.started_at_ns, limits)
            try:
                ended = await talk.hold(order, overtime(limits))
            except UnicodeEncodeError:
                return Execution(_NOT_TEXT, 0, 0, 0.0, 0, "")
        return _execution(ended, talk, limits, started)

    async def _materialise(self, component: Component, form: Form) -> bytes:
        async with self._builders.place() as link:
            talk = Talk(link)
            made = await talk.hold(Materialise(talk.key, component, form), _MATERIALISE_S)
        if not isinstance(made, Materialised):
            raise SandboxBroken(f"native code of {component.name} could not be made")
        return made.native

    @property
    def workers_lost(self) -> int:
        """How many worker processes crashed or had to be killed, so far."""
        return self._runners.count_lost() + self._builders.count_lost()

    @property
    def walls(self) -> Mapping[str, str]:
        """Which walls stand around the workers: a name, and `active` or why it is not."""
        return self._runners.links[0].walls


def _execution(ended: Any, talk: RunTalk, limits: Limits, started: float) -> Execution:
    wall_ms = (time.perf_counter() - started) * 1000
    if not isinstance(ended, Ended):
        outcome: Outcome = late(limits) if wall_ms > limits.wall_ms else CRASHED
        return Execution(outcome, 0, 0, wall_ms, talk.host_calls, "")
    return Execution(
        outcome_of(ended.end), ended.fuel_used, ended.memory_bytes_peak, wall_ms, talk.host_calls, ended.log
    )


def _failed(message: str, hint: str) -> BuildFailed:
    return BuildFailed((Finding("build", "error", message, hint),))
