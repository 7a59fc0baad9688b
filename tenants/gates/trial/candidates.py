"""A candidate: one source on trial, and how gates run it."""

import ast
import asyncio
import base64
import json
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar, cast

from sandbox import (
    Call,
    Component,
    Execution,
    Failed,
    Fault,
    Finding,
    Grant,
    HostCall,
    HostReply,
    Image,
    Limits,
    Returned,
)
from sandbox.rules import Grammar, Parsed, Unreadable, Workshop, check
from sandbox.worlds import STATED, Draws, World
from tenants.base import canonical
from tenants.confinement import linting
from tenants.gates.trial import stories
from tenants.gates.trial.comparing import fault_of, result_of
from tenants.gates.trial.faults import Stagehand

# Late enough to expose a key made of the time, early enough to be the same day and the same hour.
LATER_NS = 61_000_000_000
_MADE_MAX = 1_000
_T = TypeVar("_T")
_HOUR_NS = 3_600_000_000_000
# A day, or seconds since 1970.
_DATE = re.compile(r"\b20\d\d-\d\d-\d\d|\b1[67]\d{8}(?:\d{3})?\b")


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of an example in its own world: what came out, what was done, and what was asked of the host.

    `missing` is what it asked for that the world has not: each as what to add.
    """

    execution: Execution
    world: World
    calls: tuple[HostCall, ...] = ()
    replies: tuple[HostReply, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """One call that a gate has made, and what came of it, for what a spec says is always so: all JSON data."""

    arguments: Mapping[str, Any]
    result: Any
    error: str | None
    done: Mapping[str, list[Any]]
    # Capabilities of which nobody can say what was done: of real runs alone.
    untold: tuple[str, ...] = ()

    @classmethod
    def of(cls, arguments: Mapping[str, Any], execution: Execution, world: World) -> "Made":
        fault = fault_of(execution)
        done = {name: [readable(seen.what) for seen in world.done(name)] for name in STATED}
        return cls(arguments, None if fault else result_of(execution), fault.code if fault else None, done)


@dataclass
class Candidate:
    """`spec` is a valid one. `component` is None before the build."""

    spec: Mapping[str, Any]
    source: str
    pool: Workshop
    image: Image
    # What its worlds draw, so that it cannot tell them from the real one.
    draws: Draws
    component: Component | None = None
    # How much longer than live its runs may take.
    patience: int = 1
    # What a linter says of a source, as JSON text: a confined process asks its parent.
    lint: Callable[[str], Awaitable[str]] = linting.lint
    # Where a secret was named outside a request: see tenants/gates/secrets.py.
    shown: set[str] = field(default_factory=set[str])
    # The calls that were made, where the spec says what is always so: see tenants/gates/invariants.
    made: list[Made] = field(default_factory=list[Made])
    # What several gates look at and one of them has made, by what it is: see odd_calls.
    shared: dict[str, asyncio.Future[Any]] = field(default_factory=dict[str, asyncio.Future[Any]])
    _openings: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    _trials: dict[tuple[str, int], asyncio.Future[Trial]] = field(
        default_factory=dict[tuple[str, int], asyncio.Future[Trial]]
    )

    @cached_property
    def grant(self) -> Grant:
        return Grant.parse(self.spec["capabilities"])

    @cached_property
    def limits(self) -> Limits:
        """Those of the spec. Where very many of its runs go at once they wait for each other, and nobody serves so: a
        run then has `patience` times as long, and how much it computes is judged by its fuel."""
        said = Limits.of(self.spec["limits"])
        return replace(said, wall_ms=min(self.patience * said.wall_ms, Limits.CEILING.wall_ms))

    @cached_property
    def grammar(self) -> Grammar:
        """How sources are read and written: as the guest does it."""
        return Grammar(self.pool)

    async def tree(self) -> ast.Module:
        """The source as a tree of the caller's own. Raises RuntimeError for what is no Python, which `static` says."""
        parsed = await self._parsed()
        if isinstance(parsed, Unreadable):
            raise RuntimeError("what cannot be read is not tried")  # noqa: TRY004 - a state, no type
        return parsed.tree()

    async def static(self) -> list[Finding]:
        """What reading the source found; each finding names the gate it belongs to."""
        return await self.made_once("static", self._read)

    async def _read(self) -> list[Finding]:
        parsed = await self._parsed()
        tree = parsed if isinstance(parsed, Unreadable) else parsed.tree()
        return check(tree, self.spec["name"], self.spec["input_schema"], self.grant, self.image.modules)

    async def _parsed(self) -> Parsed | Unreadable:
        return await self.made_once("parsed", lambda: self.grammar.parse(self.source))

    async def made_once(self, what: str, make: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """Make what several gates look at, when the first of them asks."""
        if what not in self.shared:
            self.shared[what] = asyncio.ensure_future(make())
        return await asyncio.shield(self.shared[what])

    def cases(self, field: str) -> list[dict[str, Any]]:
        """The examples or hold-outs as single calls: of a story the first one. See stated/steps.py for all of them."""
        if field not in self._openings:
            self._openings[field] = [dict(stories.opening(case)) for case in self.spec[field]]
        return self._openings[field]

    async def trial(self, field: str, index: int) -> Trial:
        """Run an example or hold-out under the usual seed: once, however many gates ask."""
        if (field, index) not in self._trials:
            self._trials[field, index] = asyncio.ensure_future(self.run(self.cases(field)[index]))
        return await asyncio.shield(self._trials[field, index])

    def world(self, case: Mapping[str, Any], *, elsewhere: bool = False) -> World:
        """A new world for one case. Of the same case it is always the same; `elsewhere` is one that draws otherwise."""
        calls = stories.calls_of(case)
        asked = _asked(calls, case.get("world")) if "calls" in case else [case["arguments"], case.get("world")]
        said = [
            call[name] for call in calls for name in ("result", "error", "done", "after") if call.get(name) is not None
        ]
        label, stated = canonical.text(asked), canonical.text(said)
        draws = self.draws.of(f"elsewhere {label}" if elsewhere else label)
        return World(case.get("world"), draws, stated, dated=_DATE.search(label + stated) is not None)

    @cached_property
    def other_seed(self) -> bytes:
        """Randomness unlike that of any world, for what must not depend on it."""
        return self.draws.bytes("another seed")

    async def run(self, case: Mapping[str, Any], seed: bytes | None = None, *, elsewhere: bool = False) -> Trial:
        """Run one case in a new world of its own."""
        world = self.world(case, elsewhere=elsewhere)
        stage = Stagehand(world)
        execution = await self.once(case["arguments"], stage, world.started_at_ns, seed)
        return Trial(execution, world, tuple(stage.calls), tuple(stage.replies), tuple(world.missing))

    async def once(
        self, arguments: Mapping[str, Any], host: World | Stagehand, started_at_ns: int, seed: bytes | None = None
    ) -> Execution:
        """Run once, with any arguments, on any host; note what the run showed of the tenant's secrets.

        Without a `seed` it is the world's own.
        """
        if self.component is None:
            raise RuntimeError("a candidate is built before it is run")
        world = host.world if isinstance(host, Stagehand) else host
        world.begin(started_at_ns)
        call = Call(canonical.plain(arguments), seed or world.seed, started_at_ns)
        execution = await self.pool.run(self.component, call, grant=self.grant, limits=self.limits, host=host)
        self.shown.update(shown(execution))
        execution = _in_plain(execution, world)
        if self.spec.get("always") and len(self.made) < _MADE_MAX:
            self.made.append(Made.of(arguments, execution, world))
        return execution


def _asked(calls: Sequence[Mapping[str, Any]], world: object) -> list[Any]:
    """What a story is, apart from what it states."""
    return [[[call["arguments"], call.get("meanwhile")] for call in calls], world]


def _in_plain(execution: Execution, world: World) -> Execution:
    """What came out, with the names that a case can state in the places of those that the world has drawn."""
    if not world.names.drawn:
        return execution
    plain, outcome = world.names.plain, execution.outcome
    if isinstance(outcome, Returned):
        outcome = Returned(plain(outcome.result))
    elif isinstance(outcome, Failed):
        outcome = Failed(Fault(**plain(asdict(outcome.fault))))
    return replace(execution, outcome=outcome, log=plain(execution.log))


def readable(value: Any) -> Any:
    """JSON data, with the contents of files as text, or in base64 where they are none."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {str(name): readable(inner) for name, inner in cast("Mapping[Any, Any]", value).items()}
    return [readable(inner) for inner in cast("list[Any]", value)] if isinstance(value, list) else value


def later_ns(world: World) -> int:
    """The moment of a second run in a world: some time after the first, and in the same hour where that was drawn."""
    left_ns = _HOUR_NS - world.started_at_ns % _HOUR_NS
    return world.started_at_ns + (LATER_NS if world.dated else min(LATER_NS, left_ns // 2))


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


def lacking(trial: Trial) -> str | None:
    """Return what to add to a case's world, for a hint: the tool itself only hears of a server that is not there."""
    if not trial.missing:
        return None
    return f"The world lacks what it asks for. Add to it: {{{', '.join(trial.missing[:3])}}}."


def brief(value: object, longest: int = 200) -> str:
    """Return a value as JSON, cut to what a sentence can hold."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= longest else text[:longest] + "..."
