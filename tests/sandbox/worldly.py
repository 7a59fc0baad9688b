"""A bridge from an instance in this process to a canned world, through a grant: what a run has, without a pool."""

import asyncio
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox import Fault, Grant, HostCall
from sandbox.grants import Allowance
from sandbox.worlds import World
from tests.sandbox.makers import SEED, Bench


@dataclass
class WorldBridge:
    """`asked` is what got to the world, or was refused on its way."""

    world: World
    allowance: Allowance
    asked: list[HostCall] = field(default_factory=list[HostCall])
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def host(self, request: str) -> tuple[str, int]:
        said = json.loads(request)
        call = HostCall(next(self.numbers), said["capability"], said["operation"], said["payload"])
        self.asked.append(call)
        found = self.allowance.admit(call)
        if isinstance(found, Fault):
            return json.dumps({"fault": asdict(found)}), 0
        self.asked[-1] = found
        reply = asyncio.run(self.world.answer(found))
        return json.dumps({"fault": asdict(reply.fault)} if reply.fault else {"value": reply.value}), reply.elapsed_ns

    def pause(self) -> None:
        pass

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        del done, total, message


def bridge(world: Mapping[str, Any], grant: Mapping[str, Any]) -> WorldBridge:
    return WorldBridge(World(world), Grant.parse(grant).allowance(SEED))


def answered(bench: Bench, body: str, world: Mapping[str, Any], grant: Mapping[str, Any]) -> tuple[Any, WorldBridge]:
    """The result of a tool with this body, or its fault; and what it asked."""
    open_to = bridge(world, grant)
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    ran = bench.run(f"from sealwright import *\n\n\ndef tool():\n{lines}\n", bridge=open_to)
    outcome: Any = ran.outcome
    return (json.loads(outcome.result) if hasattr(outcome, "result") else outcome.fault), open_to
