"""Published calls made over MCP, and where they end: with the server left alone, and with it killed in the middle."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.bench.published.calls import Caller, Said
from tests.bench.published.served import Served, World

Call = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """`ends`: the benchmark's hash of the state after the published calls; `answers`: what its code says to each."""

    domain: str
    name: str
    calls: Sequence[Call]
    begins: str
    ends: str
    answers: Sequence[tuple[int, Any]]
    changes: frozenset[str]

    @property
    def killed_at(self) -> int | None:
        """The call in which the server dies: the last that changes something, or one in the middle."""
        changing = [at for at, call in enumerate(self.calls) if call["name"] in self.changes]
        return changing[-1] if changing else len(self.calls) // 2 if self.calls else None


@dataclass
class Tally:
    """What came of tasks. `differ` names those that did not end as published, `unlike` the answers that were others."""

    tasks: int = 0
    calls: int = 0
    as_published: int = 0
    unlike: list[str] = field(default_factory=list[str])
    differ: list[str] = field(default_factory=list[str])
    kills: int = 0
    repeats: int = 0
    back_s: list[float] = field(default_factory=list[float])


async def play(world: World, caller: Caller, task: Task, tally: Tally, run: str) -> None:
    """Make a task's calls and hold the end state against the published one."""
    await world.begin(task.domain, task.name)
    for at, call in enumerate(task.calls):
        said = await caller.call(call["name"], call["arguments"], f"{run}/{task.domain}/{task.name}/{at}")
        _compare(task, at, said, tally)
    await _count(world, task, tally)


async def play_killed(
    world: World, caller: Caller, served: Served, task: Task, tally: Tally, run: str, *, done: bool
) -> None:
    """The same, and in the middle of one call the server is killed: before the world has done it, or after (`done`)."""
    at_kill = task.killed_at
    await world.begin(task.domain, task.name, None if at_kill is None else {"call": at_kill, "done": done})
    for at, call in enumerate(task.calls):
        key = f"{run}/{task.domain}/{task.name}/{at}"
        if at == at_kill:
            await _cut_off(world, caller, served, task, call, key, tally)
        _compare(task, at, await caller.call(call["name"], call["arguments"], key), tally)
    await _count(world, task, tally)


async def _cut_off(
    world: World, caller: Caller, served: Served, task: Task, call: Call, key: str, tally: Tally
) -> None:
    asking = asyncio.create_task(caller.once(call["name"], call["arguments"], key))
    holding = asyncio.create_task(world.held(task.domain))
    await asyncio.wait({asking, holding}, return_when=asyncio.FIRST_COMPLETED)
    if asking.done():
        holding.cancel()
        return
    await served.kill()
    tally.kills += 1
    killed = time.monotonic()
    await world.drop(task.domain)
    with contextlib.suppress(httpx2.HTTPError):
        await asking
    await served.start()
    tally.back_s.append(time.monotonic() - killed)


def _compare(task: Task, at: int, said: Said, tally: Tally) -> None:
    """An answer is the published one, or the same refusal in our words."""
    status, value = task.answers[at]
    tally.calls += 1
    same = said.data == value if status == 200 else said.is_error and _message(said) == value["detail"]
    if not same:
        tally.unlike.append(f"{task.domain} {task.name}, {task.calls[at]['name']}: {str(said.data)[:300]}")


def _message(said: Said) -> str:
    return str(said.data.get("message")) if isinstance(said.data, dict) else str(said.data)


async def _count(world: World, task: Task, tally: Tally) -> None:
    state = await world.state(task.domain)
    tally.tasks += 1
    tally.repeats += state["repeats"]
    if state["hash"] == task.ends:
        tally.as_published += 1
    else:
        tally.differ.append(f"{task.domain} {task.name}")
