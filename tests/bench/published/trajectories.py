"""Published calls made over MCP, and where they end: with the server left alone, and with it killed in the middle."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.published.calls import Caller, Said
from tests.bench.published.served import Served, World
from tests.makers import TenantAccess

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
    """What came of tasks. `differ`: those that did not end as published; `unlike`: the answers that were others;
    `cut_off`: the calls that were under way when the server was killed."""

    tasks: int = 0
    calls: int = 0
    as_published: int = 0
    unlike: list[str] = field(default_factory=list[str])
    differ: list[str] = field(default_factory=list[str])
    kills: int = 0
    cut_off: int = 0
    repeats: int = 0
    back_s: list[float] = field(default_factory=list[float])


@dataclass
class Lane:
    """A domain's service with a tenant of its own: one task at a time is played there, beside those of other lanes."""

    name: str
    caller: Caller
    tasks: list[Task]
    tenant: TenantAccess

    async def call(self, task: Task, at: int, run: str, tally: Tally) -> None:
        """Make one of a task's calls, under its own key, until it is answered."""
        made = task.calls[at]
        said = await self.caller.call(made["name"], made["arguments"], _key(self, task, at, run))
        _compare(task, at, said, tally)


async def play(world: World, lane: Lane, tally: Tally, run: str) -> None:
    """Make the calls of each task and hold its end state against the published one."""
    for task in lane.tasks:
        await world.begin(lane.name, task.name)
        for at in range(len(task.calls)):
            await lane.call(task, at, run, tally)
        await _count(world, lane, task, tally)


async def play_killed(world: World, served: Served, lanes: Sequence[Lane], tally: Tally, run: str) -> None:
    """The same, a task of each lane at a time; while each has a call under way the server is killed, once for all."""
    for number in range(max(len(lane.tasks) for lane in lanes)):
        under_way = [(lane, lane.tasks[number]) for lane in lanes if number < len(lane.tasks)]
        # By turns the world has done what it was asked when the server dies, and has not.
        asking = await asyncio.gather(
            *(_up_to_kill(world, *one, tally, run, done=(number + at) % 2 == 0) for at, one in enumerate(under_way))
        )
        tally.cut_off += sum(not one.done() for one in asking if one is not None)
        await served.kill()
        killed = time.monotonic()
        tally.kills += 1
        for lane, _ in under_way:
            await world.drop(lane.name)
        await asyncio.gather(*(one for one in asking if one is not None), return_exceptions=True)
        await served.start()
        tally.back_s.append(time.monotonic() - killed)
        await asyncio.gather(*(_from_kill_on(world, *one, tally, run) for one in under_way))
        print(f"  kill {tally.kills}: {tally.as_published} of {tally.tasks} tasks as published so far", flush=True)


async def _up_to_kill(
    world: World, lane: Lane, task: Task, tally: Tally, run: str, *, done: bool
) -> asyncio.Task[Said] | None:
    """Make the calls before the one that the world holds back; return that one, under way."""
    at_kill = task.killed_at
    await world.begin(lane.name, task.name, None if at_kill is None else {"call": at_kill, "done": done})
    for at in range(at_kill or 0):
        await lane.call(task, at, run, tally)
    if at_kill is None:
        return None
    call = task.calls[at_kill]
    asking = asyncio.create_task(lane.caller.once(call["name"], call["arguments"], _key(lane, task, at_kill, run)))
    holding = asyncio.create_task(world.held(lane.name))
    await asyncio.wait({asking, holding}, return_when=asyncio.FIRST_COMPLETED)
    holding.cancel()
    return asking


async def _from_kill_on(world: World, lane: Lane, task: Task, tally: Tally, run: str) -> None:
    for at in range(task.killed_at or 0, len(task.calls)):
        await lane.call(task, at, run, tally)
    await _count(world, lane, task, tally)


def _key(lane: Lane, task: Task, at: int, run: str) -> str:
    return f"{run}/{lane.name}/{task.name}/{at}"


def _compare(task: Task, at: int, said: Said, tally: Tally) -> None:
    """An answer is the published one, or the same refusal in our words."""
    status, value = task.answers[at]
    tally.calls += 1
    same = said.data == value if status == 200 else said.message == value["detail"]
    if not same:
        tally.unlike.append(f"{task.domain} {task.name}, {task.calls[at]['name']}: {str(said.data)[:300]}")


async def _count(world: World, lane: Lane, task: Task, tally: Tally) -> None:
    state = await world.state(lane.name)
    tally.tasks += 1
    tally.repeats += state["repeats"]
    if state["hash"] == task.ends:
        tally.as_published += 1
    else:
        tally.differ.append(f"{task.domain} {task.name}")
