"""Tools that call tools: a run within a run, one entry in the journal, and never a second one on a resume."""

import asyncio
import json
from typing import Any, cast

import pytest
from sqlalchemy import select

from sandbox import raised_in
from tenants.catalog import past_runs
from tenants.catalog.past_runs import Wanted
from tenants.models import JournalEntry, Run
from tenants.rights.access import Actor
from tenants.runs import replays, runs, suspensions, takeovers
from tenants.runtime import DEPTH_MAX, Runtime
from tests.tenants.journal.conftest import Process
from tests.tenants.workshop import World, finished, make_tool

LOOKUP = """
from sealwright import ToolError, kv

def crm_lookup(name):
    if name == "nobody":
        raise ToolError("no_such_customer", "There is no such customer.", "Search first.", {"name": name})
    if name == "a secret":
        kv.set("not", "granted")
    return {"customer": name.title()}
"""
CALLER = """
from sealwright import tools

def work(name="ann", key=None):
    try:
        return tools.call("crm_lookup", {"name": name}, key=key)
    except tools.CallFailed as error:
        return {"code": error.code, "message": str(error), "hint": error.hint, "details": error.details}
"""


def passing(name: str, *to: str) -> str:
    """A tool that calls others, and says what became of each."""
    return f"""
from sealwright import tools

def {name}():
    said = []
    for other in {list(to)}:
        try:
            said.append(tools.call(other, {{}}))
        except tools.CallFailed as error:
            said.append([error.code, str(error)])
    return said
"""


async def runs_of(runtime: Runtime, actor: Actor, tool: str) -> list[Run]:
    async with runtime.database.reading(actor.tenant_id) as session:
        return list(await session.scalars(select(Run).where(Run.tool_name == tool).order_by(Run.id)))


async def called(runtime: Runtime, actor: Actor, **arguments: Any) -> Any:
    run = (await runs.call(runtime, actor, "work", arguments)).run
    assert run.outcome == "returned", run.error
    return json.loads(run.result or "")


@pytest.fixture
async def runtime(process: Process, actor: Actor) -> Runtime:
    opened = process(World())
    await make_tool(opened, actor, LOOKUP, name="crm_lookup")
    await make_tool(opened, actor, CALLER, {"tools": ["crm_lookup"]})
    return opened


async def test_a_tool_calls_another_and_gets_its_result(runtime: Runtime, actor: Actor) -> None:
    run = (await runs.call(runtime, actor, "work", {"name": "ann"}, channel="mcp")).run
    assert json.loads(run.result or "") == {"customer": "Ann"}
    (inner,) = await runs_of(runtime, actor, "crm_lookup")
    assert (inner.parent_run_id, inner.outcome, inner.arguments_value) == (run.id, "returned", {"name": "ann"})
    assert inner.caller == {**actor.who(), "channel": "tool"}
    assert inner.idempotency_key == f"{run.id}:0"
    assert run.parent_run_id is None
    async with runtime.database.reading(actor.tenant_id) as session:
        assert [one.id for one in (await past_runs.matching(session, actor, Wanted(parent=run.id))).items] == [inner.id]
        rows = (await session.scalars(select(JournalEntry).where(JournalEntry.run_id == run.id))).all()
    assert [(row.capability, row.operation, row.phase) for row in rows] == [("tools", "call", 0), ("tools", "call", 1)]


async def test_what_fails_within_is_for_the_caller_to_handle(runtime: Runtime, actor: Actor) -> None:
    failed = await called(runtime, actor, name="nobody")
    refused = await called(runtime, actor, name="a secret")
    (first, second) = await runs_of(runtime, actor, "crm_lookup")
    assert failed == {
        "code": "no_such_customer",
        "message": "There is no such customer.",
        "hint": "Search first.",
        "details": {"run": first.id, "tool": "crm_lookup", "outcome": "failed", "details": {"name": "nobody"}},
    }
    # The inner tool's lack of a permit is no refusal of the outer one.
    assert refused["code"] == "call_refused"
    assert refused["details"]["run"] == second.id


SAYING = """
from sealwright import ToolError

def crm_lookup(name):
    raise ToolError("no_such_customer", "There is no such customer.", details=DETAILS)
"""
# What a tool says of its error, by names that stand for the place of an error otherwise; and what its caller is told.
OWN: list[Any] = [
    {"type": "card"},
    {"line": 7},
    {"line": "A-7"},
    {"traceback": ["a", "b"]},
    {"traceback": None},
    {"type": None, "name": "x"},
    {"type": "card", "line": 3, "traceback": "none", "name": "x"},
    {"type": "ValueError", "traceback": "Traceback (most recent call last):"},
    {"raised": True},
    {"raised": {"type": "card"}},
    {"raised": 1, "type": "card", "line": 2},
    {"type": {"type": "a", "traceback": "b"}},
    {"types": 1, "lines": [1, 2]},
    {"name": "x"},
    {},
    None,
    [1],
    "text",
]


@pytest.mark.parametrize("details", OWN, ids=str)
async def test_a_caller_is_told_every_detail_that_a_tool_gives_and_no_place_in_its_source(
    process: Process, actor: Actor, details: Any
) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, SAYING.replace("DETAILS", repr(details)), name="crm_lookup")
    await make_tool(runtime, actor, CALLER, {"tools": ["crm_lookup"]})
    told = (await called(runtime, actor))["details"]
    said = cast(dict[str, Any], details) if isinstance(details, dict) else {} if details is None else {"data": details}
    assert told.get("details", {}) == said
    (inner,) = await runs_of(runtime, actor, "crm_lookup")
    kept = (inner.error or {})["details"]
    assert {name: kept[name] for name in said} == said
    if "raised" not in said:
        assert raised_in(kept)["type"] == "ToolError"
        assert raised_in(kept)["line"] == 5


async def test_only_what_the_grant_names_can_be_called_and_only_what_is_live(
    runtime: Runtime,
    actor: Actor,
) -> None:
    await make_tool(runtime, actor, passing("other", "missing_tool"), {"tools": ["missing_*"]}, name="other")
    await make_tool(runtime, actor, passing("beside", "crm_lookup"), {"tools": ["crm_find"]}, name="beside")
    run = (await runs.call(runtime, actor, "other", {})).run
    assert json.loads(run.result or "") == [["no_tool", "There is no live tool missing_tool here."]]
    refused = (await runs.call(runtime, actor, "beside", {})).run
    assert (refused.outcome, (refused.error or {})["code"]) == ("refused", "capability_refused")
    assert await runs_of(runtime, actor, "crm_lookup") == []


async def test_a_tool_cannot_come_back_to_itself(runtime: Runtime, actor: Actor) -> None:
    for name, to in (("one", "two"), ("two", "three"), ("three", "one")):
        await make_tool(runtime, actor, passing(name, to), {"tools": ["*"]}, name=name)
    run = (await runs.call(runtime, actor, "one", {})).run
    assert json.loads(run.result or "")[0][0][0] == [
        "tool_cycle",
        "A tool cannot call itself, not even through others: one → two → three → one.",
    ]


async def test_calls_go_only_so_deep(runtime: Runtime, actor: Actor) -> None:
    names = [f"level_{number}" for number in range(DEPTH_MAX + 1)]
    for name, to in zip(names, [*names[1:], "none"], strict=True):
        await make_tool(runtime, actor, passing(name, to), {"tools": ["*"]}, name=name)
    run = (await runs.call(runtime, actor, names[0], {})).run
    deepest = json.loads(run.result or "")
    for _ in range(DEPTH_MAX - 1):
        deepest = deepest[0]
    assert deepest[0][0] == "too_deep"
    assert " → ".join(names) in deepest[0][1]
    assert await runs_of(runtime, actor, names[-1]) == []


async def test_a_key_of_the_tools_own_makes_a_call_happen_once(runtime: Runtime, actor: Actor) -> None:
    assert await called(runtime, actor, name="ann", key="k") == await called(runtime, actor, name="ann", key="k")
    other = await called(runtime, actor, name="bob", key="k")
    assert other["code"] == "idempotency_key_reused"
    assert len(await runs_of(runtime, actor, "crm_lookup")) == 1


async def test_a_replay_calls_nothing(runtime: Runtime, actor: Actor) -> None:
    run = (await runs.call(runtime, actor, "work", {"name": "ann"})).run
    again = await replays.replay(runtime, actor, run.id)
    assert again.identical
    assert len(await runs_of(runtime, actor, "crm_lookup")) == 1


SLOW = """
from sealwright import kv

def crm_lookup(name):
    return {"customer": name, "seq": kv.get("k")["seq"]}
"""
KV = {"kv": ["tool/*"]}


async def test_a_resumed_caller_gets_the_result_of_the_call_it_had_made(
    process: Process,
    actor: Actor,
) -> None:
    """Both runs die with their process, in the middle of the inner one; each goes on, and none begins anew."""
    world = World(stall_before=0)
    first, second = process(world), process(World())
    await make_tool(first, actor, SLOW, KV, name="crm_lookup")
    await make_tool(first, actor, CALLER, {"tools": ["crm_lookup"]})
    run = (await runs.start(first, actor, "work", {"name": "ann"})).run
    await world.has_stalled()
    async with asyncio.timeout(120):
        claimed: list[Run] = []
        while len(claimed) < 2:
            claimed += await takeovers.claim(second, 10)
    for one in claimed:
        second.spawn(takeovers.resume(second, one), one.id)
    ended = await finished(second, run)
    assert json.loads(ended.result or "") == {"customer": "ann", "seq": 0}
    assert len(await runs_of(second, actor, "crm_lookup")) == 1


async def test_a_process_that_ends_in_good_order_gives_caller_and_called_back(process: Process, actor: Actor) -> None:
    world = World(stall_before=0)
    first, second = process(world), process(World())
    await make_tool(first, actor, SLOW, KV, name="crm_lookup")
    await make_tool(first, actor, CALLER, {"tools": ["crm_lookup"]})
    run = (await runs.start(first, actor, "work", {"name": "ann"})).run
    await world.has_stalled()
    first.grace_s = 0.05
    await first.close()
    (inner,) = await runs_of(second, actor, "crm_lookup")
    assert inner.status == "queued"
    working = second.spawn(takeovers.work(second), "takeovers")
    ended = await finished(second, run)
    working.cancel()
    assert json.loads(ended.result or "") == {"customer": "ann", "seq": 0}
    assert [one.id for one in await runs_of(second, actor, "crm_lookup")] == [inner.id]


async def test_a_cancelled_caller_takes_the_call_with_it(process: Process, actor: Actor) -> None:
    world = World(stall_before=0)
    runtime = process(world)
    await make_tool(runtime, actor, SLOW, KV, name="crm_lookup")
    await make_tool(runtime, actor, CALLER, {"tools": ["crm_lookup"]})
    run = (await runs.start(runtime, actor, "work", {"name": "ann"})).run
    await world.has_stalled()
    assert (await runs.cancel(runtime, actor, run.id)).outcome == "cancelled"
    (inner,) = await runs_of(runtime, actor, "crm_lookup")
    assert (await finished(runtime, inner)).outcome == "cancelled"


async def test_the_calls_time_counts_in_the_callers(process: Process, actor: Actor) -> None:
    world = World(stall_before=0)
    runtime = process(world)
    await make_tool(runtime, actor, SLOW, KV, name="crm_lookup")
    await make_tool(runtime, actor, CALLER, {"tools": ["crm_lookup"]}, limits={"wall_ms": 1_500})
    run = (await runs.call(runtime, actor, "work", {"name": "ann"})).run
    assert (run.outcome, (run.error or {})["code"]) == ("exhausted", "wall_ms")
    (inner,) = await runs_of(runtime, actor, "crm_lookup")
    assert (await finished(runtime, inner)).outcome == "cancelled"


ASKING = """
from sealwright import approvals

def crm_lookup(name):
    return {"customer": approvals.ask("Who?")["comment"]}
"""


async def asked(process: Process, actor: Actor) -> tuple[Runtime, Run]:
    """A run that waits, with all it has called, for a person."""
    runtime = process(World())
    await make_tool(runtime, actor, ASKING, {"approvals": ["ask approver"]}, name="crm_lookup")
    await make_tool(runtime, actor, CALLER, {"tools": ["crm_lookup"]})
    run = (await runs.call(runtime, actor, "work", {"name": "ann"})).run
    assert run.status == "suspended"
    return runtime, run


async def test_a_caller_waits_without_memory_while_the_called_tool_does(
    process: Process,
    actor: Actor,
) -> None:
    runtime, run = await asked(process, actor)
    async with runtime.database.unit(actor.tenant_id) as session:
        (question,) = (await suspensions.questions(session, actor, is_open=True)).items
        await suspensions.answer(session, actor, question.id, approved=True, comment="Ann")
    working = runtime.spawn(takeovers.work(runtime), "takeovers")
    ended = await finished(runtime, run)
    working.cancel()
    assert json.loads(ended.result or "") == {"customer": "Ann"}
    assert len(await runs_of(runtime, actor, "crm_lookup")) == 1


async def test_cancelling_a_caller_that_waits_cancels_what_it_waits_for(
    process: Process,
    actor: Actor,
) -> None:
    runtime, run = await asked(process, actor)
    assert (await runs.cancel(runtime, actor, run.id)).outcome == "cancelled"
    (inner,) = await runs_of(runtime, actor, "crm_lookup")
    assert (inner.status, inner.outcome) == ("finished", "cancelled")


async def test_more_callers_than_turns_all_come_to_their_end(runtime: Runtime, actor: Actor) -> None:
    results = await asyncio.gather(*(called(runtime, actor, name=f"n{number}") for number in range(40)))
    assert [result["customer"] for result in results] == [f"N{number}" for number in range(40)]
