"""Calling a live tool: what is recorded, what is refused, and that a key makes a call happen once."""

import asyncio
from typing import Any, cast

import pytest
from sqlalchemy import func, select, update

from api.schemas.runs import RunDetail
from sandbox import Execution, Pool, WorkerFailed
from tenants.base.db import Database
from tenants.base.errors import (
    IdempotencyKeyReusedError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    RunInFlightError,
)
from tenants.catalog import past_runs
from tenants.catalog.past_runs import Wanted
from tenants.models import Run, Version
from tenants.rights.access import Role
from tenants.runs import runs
from tenants.runtime import Runtime
from tenants.tools import specs
from tests.tenants.people import SOURCE, Person, join, key_of, publish, publish_unproved, sign_up

SLOW = """
from sealwright import clock, progress

def add_numbers(a, b):
    progress(1, 2, "half")
    while True:
        clock.sleep(1)
"""


async def _count(database: Database, tenant_id: str) -> int:
    async with database.reading(tenant_id) as session:
        return await session.scalar(select(func.count()).select_from(Run)) or 0


async def _read(runtime: Runtime, person: Person, run_id: str) -> dict[str, Any]:
    async with runtime.database.reading(person.actor.tenant_id) as session:
        return RunDetail.of(await runs.read(session, person.actor, run_id)).plain()


async def test_a_call_is_recorded_with_what_it_was_and_what_it_cost(runtime: Runtime, owner: Person) -> None:
    version = await publish(runtime, owner.actor, SOURCE.replace("return", 'print("hello")\n    return'))
    run = (await runs.call(runtime, owner.actor, "add_numbers", {"a": 2, "b": 3}, channel="mcp")).run
    said = RunDetail.of(run).plain()
    assert (said["status"], said["outcome"], said["result"], said["error"]) == (
        "finished",
        "returned",
        {"sum": 5},
        None,
    )
    assert (said["version"], said["digest"], said["component_digest"]) == (1, version.digest, version.component_digest)
    assert said["caller"] == {**owner.actor.who(), "channel": "mcp"}
    assert said["arguments"] == {"a": 2, "b": 3}
    assert said["log"] == "hello\n"
    assert said["fuel_used"] > 0
    assert said["memory_bytes_peak"] > 0
    assert await _read(runtime, owner, run.id) == said


async def test_arguments_that_do_not_fit_are_refused_with_place_and_reason(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    bad: list[tuple[object, str]] = [
        ({"a": "2", "b": 3}, "/a"),
        ({"a": 2}, ""),
        ({"a": 2, "b": 3, "c": 4}, ""),
        ([2, 3], ""),
    ]
    for arguments, path in bad:
        run = (await runs.call(runtime, owner.actor, "add_numbers", arguments)).run
        said = await _read(runtime, owner, run.id)
        assert (said["outcome"], said["error"]["code"]) == ("refused", "invalid_arguments")
        assert said["error"]["details"]["problems"][0]["path"] == path
        assert (said["fuel_used"], said["host_calls"]) == (0, 0)
    with pytest.raises(InvalidError):
        await runs.call(runtime, owner.actor, "add_numbers", {"a": float("nan"), "b": 1})


async def test_arguments_beyond_the_limit_are_refused(runtime: Runtime, owner: Person) -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {"a": {}, "b": {}}}
    source = "def add_numbers(a=0, b=0):\n    return {'sum': 0}\n"
    await publish_unproved(runtime, owner.actor, source, input_schema=schema, limits={"argument_bytes": 100})
    run = (await runs.call(runtime, owner.actor, "add_numbers", {"a": "x" * 100})).run
    assert (run.outcome, (run.error or {})["code"]) == ("refused", "argument_bytes")


@pytest.mark.parametrize(
    ("body", "outcome", "code"),
    [
        ("return {'sum': 'three'}", "failed", "result_schema"),
        ("return {'sum': 1 / 0}", "failed", "exception"),
        ("from sealwright import ToolError; raise ToolError('nope', 'Not today.', 'Come back.')", "failed", "nope"),
        ("from sealwright import kv; return {'sum': kv.get('x')}", "refused", "capability_refused"),
        ("while True: pass", "exhausted", "fuel"),
    ],
)
async def test_every_way_to_end_has_its_outcome(
    runtime: Runtime, owner: Person, body: str, outcome: str, code: str
) -> None:
    source = f"def add_numbers(a, b):\n    {body}\n"
    await publish_unproved(runtime, owner.actor, source, limits={"fuel": 300_000_000})
    run = (await runs.call(runtime, owner.actor, "add_numbers", {"a": 2, "b": 3})).run
    said = await _read(runtime, owner, run.id)
    assert (said["status"], said["outcome"], said["result"]) == ("finished", outcome, None)
    assert said["error"]["code"] == code
    assert said["error"]["message"]


@pytest.mark.parametrize(("proved_by", "outcome"), [("wasmtime", "returned"), (None, "exhausted"), (..., "exhausted")])
async def test_a_limit_of_fuel_that_another_meter_counted_does_not_stop_what_it_let_through(
    runtime: Runtime, owner: Person, proved_by: Any, outcome: str
) -> None:
    """A look at the clock is a fifteenth of ours in wasmtime's count, which comes to 0.3 million for 200 of them."""
    source = "import time\n\ndef add_numbers(a, b):\n    [time.time() for _ in range(200)]\n    return {'sum': a + b}\n"
    await publish_unproved(runtime, owner.actor, source, limits={"fuel": 1_000_000})
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        await session.execute(update(Version).values(meter=runtime.pool.meter if proved_by is ... else proved_by))
        await specs.changed(session, owner.actor.tenant_id)

    run = (await runs.call(runtime, owner.actor, "add_numbers", {"a": 2, "b": 3})).run

    assert (run.outcome, run.meter) == (outcome, "own-2")
    if outcome == "exhausted":
        assert (run.error or {})["code"] == "fuel"


async def test_the_same_key_and_arguments_give_the_same_run(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    first = (await runs.call(runtime, owner.actor, "add_numbers", {"a": 1, "b": 2}, idempotency_key="k")).run
    again = (await runs.call(runtime, owner.actor, "add_numbers", {"b": 2, "a": 1}, idempotency_key="k")).run
    assert RunDetail.of(again) == RunDetail.of(first)
    with pytest.raises(IdempotencyKeyReusedError) as caught:
        await runs.call(runtime, owner.actor, "add_numbers", {"a": 1, "b": 3}, idempotency_key="k")
    assert caught.value.details == {"run_id": first.id}
    assert await _count(runtime.database, owner.actor.tenant_id) == 1


async def test_a_key_belongs_to_its_caller_and_tool(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    await publish(runtime, owner.actor, SOURCE.replace("add_numbers", "add_more"), name="add_more")
    key, _ = await key_of(runtime.database, owner.actor, "tools:call")
    made = {
        (await runs.call(runtime, actor, tool, {"a": 1, "b": 2}, idempotency_key="k")).run.id
        for actor in (owner.actor, key)
        for tool in ("add_numbers", "add_more")
    }
    assert len(made) == 4


async def test_a_refused_call_leaves_its_key_free(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    refused = (await runs.call(runtime, owner.actor, "add_numbers", {"a": 1}, idempotency_key="k")).run
    good = (await runs.call(runtime, owner.actor, "add_numbers", {"a": 1, "b": 2}, idempotency_key="k")).run
    assert (refused.outcome, good.outcome) == ("refused", "returned")


async def test_ten_at_once_with_one_key_run_once(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)

    async def attempt() -> str:
        try:
            return (await runs.call(runtime, owner.actor, "add_numbers", {"a": 1, "b": 2}, idempotency_key="k")).run.id
        except RunInFlightError as error:
            return str(error.details["run_id"])

    assert len(set(await asyncio.gather(*(attempt() for _ in range(10))))) == 1
    assert await _count(runtime.database, owner.actor.tenant_id) == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "a\nb"])
async def test_what_is_no_key_is_refused(runtime: Runtime, owner: Person, key: str) -> None:
    with pytest.raises(InvalidError):
        await runs.call(runtime, owner.actor, "add_numbers", {}, idempotency_key=key)


async def _running(runtime: Runtime, owner: Person, **more: Any) -> Run:
    """A run that sleeps, in the background, and has said so."""
    await publish_unproved(runtime, owner.actor, SLOW)
    with runtime.events.subscribe(owner.actor.tenant_id) as events:
        run = (await runs.start(runtime, owner.actor, "add_numbers", {"a": 1, "b": 2}, **more)).run
        async with asyncio.timeout(120):
            async for event in events:
                if event.kind == "run.progress":
                    assert event.data["progress"] == {"done": 1, "total": 2, "message": "half"}
                    return run
    raise AssertionError


async def test_a_run_goes_on_behind_its_start_and_can_be_stopped(runtime: Runtime, owner: Person) -> None:
    run = await _running(runtime, owner, idempotency_key="k")
    with pytest.raises(RunInFlightError) as caught:
        await runs.call(runtime, owner.actor, "add_numbers", {"a": 1, "b": 2}, idempotency_key="k")
    assert caught.value.details == {"run_id": run.id}
    assert (await _read(runtime, owner, run.id))["status"] == "running"
    async with asyncio.timeout(8):  # no longer than it takes: it waited for all of its ten seconds
        stopped = RunDetail.of(await runs.cancel(runtime, owner.actor, run.id))
    assert (stopped.status, stopped.outcome) == ("finished", "cancelled")
    assert stopped.error is not None
    assert stopped.error.code == "cancelled"
    assert RunDetail.of(await runs.cancel(runtime, owner.actor, run.id)) == stopped


async def test_a_caller_who_goes_away_stops_the_run(runtime: Runtime, owner: Person) -> None:
    await publish_unproved(runtime, owner.actor, SLOW)
    said = asyncio.Event()

    def tell(done: float, total: float | None, message: str | None) -> None:
        said.set()

    caller = asyncio.create_task(runs.call(runtime, owner.actor, "add_numbers", {"a": 1, "b": 2}, on_progress=tell))
    async with asyncio.timeout(120):
        await said.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    async with runtime.database.reading(owner.actor.tenant_id) as session:
        (run,) = (await past_runs.matching(session, owner.actor, Wanted())).items
    assert (run.status, run.outcome) == ("finished", "cancelled")


async def test_who_may_call_read_and_stop(runtime: Runtime, owner: Person) -> None:
    run = await _running(runtime, owner)
    stranger, viewer = await sign_up(runtime.database), await join(runtime.database, owner.actor, Role.VIEWER)
    caller, _ = await key_of(runtime.database, owner.actor, "tools:call")
    for actor, error in ((viewer.actor, NotAllowedError), (stranger.actor, NotFoundError)):
        with pytest.raises(error):
            await runs.call(runtime, actor, "add_numbers", {"a": 1, "b": 2})
        with pytest.raises(error):
            await runs.cancel(runtime, actor, run.id)
    for actor, error in ((caller, NotAllowedError), (stranger.actor, NotFoundError)):
        with pytest.raises(error):
            async with runtime.database.reading(actor.tenant_id) as session:
                await runs.read(session, actor, run.id)
    with pytest.raises(NotFoundError):
        await runs.call(runtime, owner.actor, "add_number", {})
    await runs.cancel(runtime, owner.actor, run.id)


async def test_runs_are_listed_by_tool_and_status_newest_first(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    made = [(await runs.call(runtime, owner.actor, "add_numbers", {"a": n, "b": 0})).run.id for n in range(3)]
    async with runtime.database.reading(owner.actor.tenant_id) as session:
        first = await past_runs.matching(session, owner.actor, Wanted(tool="add_numbers"), limit=2)
        rest = await past_runs.matching(session, owner.actor, Wanted(tool="add_numbers"), cursor=first.next_cursor)
        none = await past_runs.matching(session, owner.actor, Wanted(status="running"))
    assert [run.id for run in [*first.items, *rest.items]] == made[::-1]
    assert none.items == []


async def test_calls_at_once_are_all_recorded(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    called = [runs.call(runtime, owner.actor, "add_numbers", {"a": n, "b": 1}) for n in range(40)]
    done = [one.run for one in await asyncio.gather(*called)]
    assert [run.result_value for run in done] == [{"sum": n + 1} for n in range(40)]
    assert await _count(runtime.database, owner.actor.tenant_id) == 40


class Failing:
    """A pool that cannot replace a worker, some times in a row."""

    def __init__(self, pool: Pool, times: int) -> None:
        self.pool, self.meter, self.times = pool, pool.meter, times

    def of(self, *given: Any) -> "Failing":
        del given
        return self

    async def run(self, *given: Any, **named: Any) -> Execution:
        if self.times:
            self.times -= 1
            raise WorkerFailed("A sandbox worker ended while it started.")
        return await self.pool.run(*given, **named)


@pytest.mark.parametrize("times", [1, 2])
async def test_a_run_outlasts_workers_that_cannot_be_started(runtime: Runtime, owner: Person, times: int) -> None:
    await publish(runtime, owner.actor)
    runtime.pool = cast(Pool, Failing(runtime.pool, times))
    run = (await runs.call(runtime, owner.actor, "add_numbers", {"a": 2, "b": 3})).run
    assert (await _read(runtime, owner, run.id))["result"] == {"sum": 5}


async def test_a_run_without_any_worker_fails_and_says_so(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    runtime.pool = cast(Pool, Failing(runtime.pool, 3))
    told = (await runs.call(runtime, owner.actor, "add_numbers", {"a": 2, "b": 3})).run
    assert (told.outcome, (told.error or {})["code"]) == ("failed", "internal")
    async with runtime.database.reading(owner.actor.tenant_id) as session:
        (run,) = (await past_runs.matching(session, owner.actor, Wanted())).items
    assert (run.status, run.outcome, (run.error or {})["code"]) == ("finished", "failed", "internal")
