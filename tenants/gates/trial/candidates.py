"""A candidate: one source on trial, and how gates run it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from sandbox import (
    BuildFailed,
    Call,
    Component,
    Execution,
    Finding,
    Grant,
    Host,
    HostCall,
    HostReply,
    Image,
    Limits,
    Returned,
)
from sandbox.rules import check
from sandbox.worlds import World
from tenants.base import canonical
from tenants.confinement import linting
from tenants.gates.trial.comparing import fault_of
from tenants.gates.trial.faults import Stagehand

# Any will do, as long as it is always the same; OTHER_SEED is for what must not depend on it.
SEED = b"sealwright gate".ljust(32, b".")
OTHER_SEED = b"another sealwright gate".ljust(32, b".")
# Late enough to expose a key made of the time, early enough to be the same day and the same hour.
LATER_NS = 61_000_000_000


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of an example in its own world: what came out, what was done, and what was asked of the host."""

    execution: Execution
    world: World
    calls: tuple[HostCall, ...] = ()
    replies: tuple[HostReply, ...] = ()


class Workshop(Protocol):
    """Builds and runs tools: a `Pool`, or what stands for it in a confined process."""

    async def fork(self, source: str, name: str) -> Component | BuildFailed: ...

    async def run(self, component: Component, call: Call, *, grant: Grant, limits: Limits, host: Host) -> Execution: ...


@dataclass
class Candidate:
    """`spec` is a valid one. `component` is None before the build."""

    spec: Mapping[str, Any]
    source: str
    pool: Workshop
    image: Image
    component: Component | None = None
    # What a linter says of a source, as JSON text: a confined process asks its parent.
    lint: Callable[[str], Awaitable[str]] = linting.lint
    # Where a secret was named outside a request: see tenants/gates/secrets.py.
    shown: set[str] = field(default_factory=set[str])
    _trials: dict[tuple[str, int], asyncio.Future[Trial]] = field(
        default_factory=dict[tuple[str, int], asyncio.Future[Trial]]
    )

    @cached_property
    def grant(self) -> Grant:
        return Grant.parse(self.spec["capabilities"])

    @cached_property
    def limits(self) -> Limits:
        return Limits.of(self.spec["limits"])

    @cached_property
    def static(self) -> list[Finding]:
        """What reading the source found; each finding names the gate it belongs to."""
        schema = self.spec["input_schema"]
        return check(self.source, self.spec["name"], schema, self.grant, self.image.modules)

    def cases(self, field: str) -> list[dict[str, Any]]:
        return self.spec[field]

    async def trial(self, field: str, index: int) -> Trial:
        """Run an example or hold-out under the usual seed: once, however many gates ask."""
        if (field, index) not in self._trials:
            self._trials[field, index] = asyncio.ensure_future(self.run(self.cases(field)[index]))
        return await asyncio.shield(self._trials[field, index])

    async def run(self, case: Mapping[str, Any], seed: bytes = SEED) -> Trial:
        """Run one case in a new world of its own."""
        world = World(case.get("world"))
        stage = Stagehand(world)
        execution = await self.once(case["arguments"], stage, world.started_at_ns, seed)
        return Trial(execution, world, tuple(stage.calls), tuple(stage.replies))

    async def once(self, arguments: Mapping[str, Any], host: Host, started_at_ns: int, seed: bytes = SEED) -> Execution:
        """Run once, with any arguments, on any host; note what the run showed of the tenant's secrets."""
        if self.component is None:
            raise RuntimeError("a candidate is built before it is run")
        call = Call(canonical.plain(arguments), seed, started_at_ns)
        execution = await self.pool.run(self.component, call, grant=self.grant, limits=self.limits, host=host)
        self.shown.update(shown(execution))
        return execution


def shown(execution: Execution) -> Iterator[str]:
    """Yield where a run named a secret that it holds, in words."""
    mark = "{{secret:"
    if mark in execution.log:
        yield "its log"
    if isinstance(execution.outcome, Returned) and mark in execution.outcome.result:
        yield "its result"
    fault = fault_of(execution)
    if fault is not None and mark in f"{fault.message} {fault.hint}":
        yield "an error message"


def title(noun: str, index: int, case: Mapping[str, Any]) -> str:
    """Return how findings name a case: its number from 1 on, and its title if it has one."""
    return f"{noun} {index + 1}" + (f" ({case['title']})" if case.get("title") else "")


def tail(execution: Execution, lines: int = 8) -> str | None:
    """Return the end of a run's log, for a hint; None when it printed nothing."""
    log = execution.log.strip()
    return "The log ends with: " + "\n".join(log.splitlines()[-lines:])[-1_000:] if log else None


def brief(value: object, longest: int = 200) -> str:
    """Return a value as JSON, cut to what a sentence can hold."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= longest else text[:longest] + "..."
