"""A candidate: one source on trial, and how gates run it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sandbox import Call, Component, Execution, Finding, Grant, Image, Limits, Pool, World, check
from tenants import canonical

# Any will do, as long as it is always the same; OTHER_SEED is for what must not depend on it.
SEED = b"sealwright gate".ljust(32, b".")
OTHER_SEED = b"another sealwright gate".ljust(32, b".")


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of an example in its own world: what came out, and what was done."""

    execution: Execution
    world: World


@dataclass
class Candidate:
    """`spec` is a valid one. `component` is None before the build."""

    spec: Mapping[str, Any]
    source: str
    pool: Pool
    image: Image
    component: Component | None = None
    _trials: dict[tuple[str, int], Trial] = field(default_factory=dict[tuple[str, int], Trial])

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
            self._trials[field, index] = await self.run(self.cases(field)[index])
        return self._trials[field, index]

    async def run(self, case: Mapping[str, Any], seed: bytes = SEED) -> Trial:
        """Run one case in a new world of its own."""
        if self.component is None:
            raise RuntimeError("a candidate is built before it is run")
        world = World(case.get("world"))
        call = Call(canonical.plain(case["arguments"]), seed, world.started_at_ns)
        return Trial(await self.pool.run(self.component, call, grant=self.grant, limits=self.limits, host=world), world)


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
