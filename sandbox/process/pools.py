"""Worker processes that build and run tools: the way in from outside."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from sandbox.contract import jsontext
from sandbox.contract.components import Call, Component
from sandbox.contract.findings import Finding
from sandbox.contract.hosts import Host
from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Execution, Exhausted, Failed, Fault, Outcome, Refused, Returned, Trapped
from sandbox.grants import Grant
from sandbox.image.artifacts import Image
from sandbox.machine.forks import BuildFailed
from sandbox.machine.meters import exhausted, returned
from sandbox.machine.native_cache import Cache
from sandbox.machine.native_code import Form, Natives, meter_of
from sandbox.machine.native_keys import USUAL_METER, MeterKind
from sandbox.machine.tiering import Forms
from sandbox.process import memory
from sandbox.process.fair_shares import Shares
from sandbox.process.other_images import FindImage, OtherImages, nowhere
from sandbox.process.protocol import Ended, Fork, Forked, Materialise, Materialised, Run, outcome_of
from sandbox.process.supervision import CRASHED, Answering, BuildTalk, Judged, RunTalk, SandboxBroken, late, overtime
from sandbox.process.worker_groups import Team
from sandbox.syntax import grammar

# A run that sleeps or waits for its host keeps its instance and its place, and leaves the worker to others. So there
# are many places, and none of them is anybody's right to compute: see Turns.
RUNS_PER_WORKER = 256
_RUNS_RATIO = 2.0
# Of the builders one share has half at most: a build is not paused, and may take as long as it is let.
_BUILDS_RATIO = 1.0
# Host calls that are answered at a time out of our own database; one share alone has two thirds of them.
_ANSWERS_AT_ONCE = 32
# What the body of a module may use while it is imported.
BUILD_LIMITS = Limits(fuel=10_000_000_000, memory_bytes=256 << 20, wall_ms=15_000)
_MATERIALISE_S = 60.0
_LOG_NOTE = 200  # characters that say that the log was cut
_NOT_TEXT = Failed(Fault("invalid_arguments", "The arguments hold half a character (a lone surrogate).", "Send UTF-8."))
# Its pages mean nothing on any other image.
_OTHER_IMAGE = Trapped(
    Fault(
        "image_replaced",
        "This version was sealed on an image that is not here.",
        "Versions that answer alike on the new image are carried over by themselves within a minute of its start. "
        "If this stays, submit the source again as a new version.",
    )
)


class Pool:
    """Builds and runs tools in worker processes. Open it once; any number of tasks may use it."""

    def __init__(self, image: Image, cache: Cache, runners: Team, builders: Team, others: "OtherImages[Pool]"):
        self.image, self._others = image, others
        # What counts the fuel that its runs use.
        self.meter: str = cache.meter
        self._cache, self._runners, self._builders = cache, runners, builders
        self._forms = Forms(cache, self._materialise)
        self._answers = Shares(_ANSWERS_AT_ONCE)
        # Our own reader of sources, which every job wants: shared with the pools that are made `of` this one.
        self._own: dict[tuple[str, str], Component] = {}
        self.share, self.depth = "", 0

    def of(self, share: str, depth: int = 0) -> "Pool":
        """The same pool as it serves one share, a tenant: places and computing are divided evenly among shares.

        Runs that are called by runs have a `depth`, and places of their own: their callers hold theirs meanwhile.
        """
        one = object.__new__(Pool)
        vars(one).update(vars(self), share=share, depth=depth)  # for each run: `copy` takes six times as long
        return one

    @classmethod
    @asynccontextmanager
    async def open(  # noqa: PLR0913, PLR0917 - what the settings say of it, each by its name
        cls,
        image: Image,
        cache: Path,
        workers: int | None = None,
        memory_bytes: int | None = None,
        meter: MeterKind = USUAL_METER,
        find: FindImage = nowhere,
        beside: int = 1,
    ) -> AsyncGenerator["Pool"]:
        """`workers` processes that run tools (None: one for each core), and two or three that build them.

        `memory_bytes`: what the runs at one worker may have together, as it is measured; None: half of the machine's,
        divided by the workers. `cache` is a folder for native code, made if missing. `meter` counts fuel and time.
        `find` says where other images lie, for components that were sealed on them. `beside`: so many such pools share
        the machine. Raises WorkerFailed.
        """
        size = workers or max(1, (os.cpu_count() or 1) // beside)
        wished, meter = meter, await asyncio.to_thread(meter_of, image, meter)
        natives = await asyncio.to_thread(Natives.ensure, image, meter=meter)
        opened = Cache.open(cache, meter=meter)
        # Workers start in a folder of their own, so what they are told must not be relative to ours.
        told = {
            "image": str(image.root.absolute()),
            "natives": {name: str(path.absolute()) for name, path in asdict(natives).items()},
            "cache": str(opened.folder),
            "meter": meter,
            "memory_bytes": (most := memory_bytes or memory.bound_of(size * beside)),
        }
        runners = Team({**told, "role": "runner"}, size, RUNS_PER_WORKER, _RUNS_RATIO)
        builders = Team({**told, "role": "builder"}, min(size, 2) + 1, 1, _BUILDS_RATIO)
        # One worker each, with as much memory as one of ours: what runs there is being carried over.
        open_beside = partial(cls.open, cache=cache, workers=1, memory_bytes=most, meter=wished)
        others = OtherImages[Pool](find, open_beside)
        try:
            await asyncio.gather(runners.start(), builders.start())
            pool = cls(image, opened, runners, builders, others)
            try:
                yield pool
            finally:
                await asyncio.gather(pool._forms.close(), others.close())
        finally:
            await asyncio.gather(runners.close(), builders.close())

    async def fork(self, source: str, name: str) -> Component | BuildFailed:
        """Build a tool. The same source and name give the same component, byte for byte."""
        if (source, name) != grammar.TOOL:
            return await self._fork(source, name)
        known = self._own.get(grammar.TOOL)
        built = known or await self._fork(source, name)
        if isinstance(built, Component):
            self._own[grammar.TOOL] = built
        return built

    async def _fork(self, source: str, name: str) -> Component | BuildFailed:
        with TemporaryFile(dir=self._cache.folder) as native:
            talk = BuildTalk(await self._builders.take(self.share), native)
            try:
                built = await talk.hold(Fork(talk.key, source, name, BUILD_LIMITS), overtime(BUILD_LIMITS))
            except UnicodeEncodeError:
                return _failed("The source is not valid text: it holds a lone surrogate.", "Send it as UTF-8.")
            if built is None:
                return _failed("Building this source crashed the builder or took too long.", "Do less at module level.")
            return await self._keep(built, native, source, name)

    async def _keep(self, built: Any, native: BinaryIO, source: str, name: str) -> Component | BuildFailed:
        """A builder ran the tenant's code: its word counts for what it made, not for what it was given."""
        if not isinstance(built, Forked) or (built.component is None and not built.findings):
            raise SandboxBroken(f"a builder answered a fork with {type(built).__name__}")
        if built.component is None:
            return BuildFailed(built.findings)
        component = replace(built.component, name=name, source=source, image=self.image.digest)
        await self._cache.put(component, "delta", native)
        return component

    async def run(self, component: Component, call: Call, *, grant: Grant, limits: Limits, host: Host) -> Execution:
        """One call in a fresh instance. What the tool does wrong is in the outcome; what `host` raises comes out.

        Cancel the awaiting task to kill the instance, even inside a host call.
        """
        judged = Judged(grant.allowance(call.seed), host, self._answers, self.share)
        return await self.relay(component, call, limits=limits, answering=judged)

    async def relay(self, component: Component, call: Call, *, limits: Limits, answering: Answering) -> Execution:
        """As `run`, where somebody else reads and judges what the tool asks of its host: see sandbox/confined."""
        started = time.perf_counter()
        if component.image != self.image.digest:
            return await self._elsewhere(component, call, limits, answering)
        if len(call.arguments) > limits.argument_bytes:
            return Execution(exhausted("argument_bytes", limits), 0, 0, 0.0, 0, "")
        form = self._forms.choose(component)
        async with self._cache.file(component, form, partial(self._materialise, component, form)) as file:
            talk = RunTalk(await self._runners.take(f"{self.share}/{self.depth}"), limits, answering)
            order = Run(talk.key, file, form, call.arguments, call.seed, call.started_at_ns, limits, hash(self.share))
            try:
                ended = await talk.hold(order, overtime(limits))
            except UnicodeEncodeError:
                return Execution(_NOT_TEXT, 0, 0, 0.0, 0, "")
        return _execution(ended, talk, limits, started, self.meter)

    async def _elsewhere(self, component: Component, call: Call, limits: Limits, answering: Answering) -> Execution:
        async with self._others.using(component.image) as pool:
            if pool is None:
                return Execution(_OTHER_IMAGE, 0, 0, 0.0, 0, "")
            return await pool.of(self.share, self.depth).relay(component, call, limits=limits, answering=answering)

    async def image_of(self, component: Component) -> Image | None:
        """The image that a component was sealed on; None where it is not to be had."""
        return self.image if component.image == self.image.digest else await self._others.find(component.image)

    async def _materialise(self, component: Component, form: Form, native: BinaryIO) -> None:
        talk = BuildTalk(await self._builders.take(self.share), native)
        made = await talk.hold(Materialise(talk.key, component, form), _MATERIALISE_S)
        if not isinstance(made, Materialised):
            raise SandboxBroken(f"native code of {component.name} could not be made")

    def form(self, component: Component) -> Form:
        """Which form its next call will run: "delta", or "full" once it has been called often."""
        return self._forms.now(component)

    @property
    def places(self) -> int:
        """How many runs one share may have at the workers, while no other has any."""
        return self._runners.places.most()

    @property
    def running(self) -> int:
        """How many runs the workers are at, those included that are being stopped."""
        return sum(link.busy for link in self._runners.links)

    @property
    def is_well(self) -> bool:
        """Whether there is a worker to run tools. One that was lost is replaced with the next run, if that can be."""
        return self._runners.is_well

    @property
    def process_ids(self) -> list[int]:
        """Of the workers that run tools."""
        return [link.process_id for link in self._runners.links]

    @property
    def workers_lost(self) -> int:
        """How many worker processes crashed or had to be killed, so far."""
        return self._runners.lost + self._builders.lost

    @property
    def walls(self) -> Mapping[str, str]:
        """Which walls stand around the workers: a name, and `active` or why it is not."""
        return self._runners.links[0].walls


def _execution(ended: Any, talk: RunTalk, limits: Limits, started: float, meter: str) -> Execution:
    wall_ms = (time.perf_counter() - started) * 1000
    if not isinstance(ended, Ended):
        outcome: Outcome = late(limits) if wall_ms > limits.wall_ms else CRASHED
        return Execution(outcome, 0, 0, wall_ms, talk.host_calls, "")
    outcome, log = outcome_of(ended.end), ended.log[: limits.log_bytes + _LOG_NOTE]
    # The worker checks too, but it ran the tenant's code.
    if isinstance(outcome, Returned):
        is_long = len(outcome.result) > limits.result_bytes
        outcome = exhausted("result_bytes", limits) if is_long else returned(outcome.result)
    elif isinstance(outcome, Failed | Refused | Exhausted | Trapped) and jsontext.is_deep(outcome.fault.details):
        outcome = replace(outcome, fault=replace(outcome.fault, details=None))
    return Execution(outcome, ended.fuel_used, ended.memory_bytes_peak, wall_ms, talk.host_calls, log, meter)


def _failed(message: str, hint: str) -> BuildFailed:
    return BuildFailed((Finding("build", "error", message, hint),))
