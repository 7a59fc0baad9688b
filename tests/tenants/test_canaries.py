"""A newer version beside the one that serves: its share, and how it takes over or is taken back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from math import comb
from typing import Any

import pytest

from tenants.base.db import Database, now
from tenants.catalog import catalog
from tenants.models import Canary, Run
from tenants.rules import policies
from tenants.runs import beginnings, runs, takeovers
from tenants.runtime import Runtime
from tenants.tools import approvals, canaries, specs
from tenants.tools.fisher_test import Tally, worse_by_chance
from tests.makers import TenantAccess, all_of, make_live, make_source, make_spec, mcp_session, propose
from tests.tenants.people import SOURCE, Person, allow_self_approval, publish
from tests.tenants.people import propose as propose_here

WORSE = make_source().replace("    return", "    if a == 777:\n        raise ValueError(a)\n    return")
SOUND = make_source().replace("a + b", "b + a")


async def start(tenant: TenantAccess, source: str, percent: int) -> dict[str, Any]:
    """Publish add_numbers, then approve another version of it for a share of the calls."""
    await make_live(tenant)
    version = await propose(tenant, "add_numbers", source)
    assert version["state"] == "awaiting_approval", version["findings"]
    body = {"digest": version["digest"], "canary_percent": percent}
    answer = await tenant.api.post(f"/tools/add_numbers/versions/{version['number']}/approve", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def call(tenant: TenantAccess, key: str | None = None, a: int = 1) -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": a, "b": 2}}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def states(tenant: TenantAccess) -> dict[int, str]:
    items = (await tenant.api.get("/tools/add_numbers/versions")).json()["items"]
    return {item["number"]: item["state"] for item in items}


async def newest(tenant: TenantAccess) -> dict[str, Any]:
    return (await tenant.api.get("/tools/add_numbers/canaries")).json()["items"][0]


@asynccontextmanager
async def told(tenant: TenantAccess, kind: str) -> AsyncGenerator[asyncio.Future[str]]:
    """Watch the tenant's events as the dashboard does; the future is the next one of `kind`."""
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    ready = asyncio.Event()

    async def watch() -> None:
        async with tenant.api.stream("GET", "/events", timeout=60) as answer:
            ready.set()
            lines = answer.aiter_lines()
            async for line in lines:
                if line == f"event: {kind}":
                    found.set_result((await anext(lines)).removeprefix("data: "))
                    return

    task = asyncio.create_task(watch())
    await ready.wait()
    yield found
    task.cancel()


async def test_a_canary_serves_its_share_and_always_the_same_keys(tenant: TenantAccess) -> None:
    approved = await start(tenant, SOUND, 30)
    assert approved["state"] == "live"
    assert await states(tenant) == {1: "live", 2: "live"}
    first = {f"key-{n}": (await call(tenant, f"key-{n}"))["version"] for n in range(40)}
    assert 0 < sum(version == 2 for version in first.values()) < 30
    # The same key is the same run; under other names the same draw: a key's version does not depend on when.
    answer = await tenant.api.patch("/tools/add_numbers/canary", json={"percent": 80})
    assert answer.json()["percent"] == 80
    fresh = {f"key-{n}": (await call(tenant, f"key-{n}"))["version"] for n in range(40, 80)}
    assert sum(version == 2 for version in fresh.values()) > 20
    assert {key: (await call(tenant, key))["version"] for key in first} == first
    # Without a key each call is drawn: sooner or later both serve, be it the fortieth call or the hundredth.
    drawn: list[int] = []
    while set(drawn) != {1, 2} and len(drawn) < 1_000:
        drawn.append((await call(tenant))["version"])
    assert set(drawn) == {1, 2}
    canary = await newest(tenant)
    assert (canary["version"], canary["baseline"], canary["ending"]) == (2, 1, None)
    assert canary["figures"]["canary"]["calls"] + canary["figures"]["baseline"]["calls"] == 40 + len(drawn)
    audit = [event["action"] for event in (await tenant.api.get("/audit")).json()["items"]]
    assert audit[:2] == ["canary.changed", "version.approved"]


async def test_a_canary_that_fails_more_often_is_taken_back_by_itself(tenant: TenantAccess) -> None:
    await start(tenant, WORSE, 50)
    async with told(tenant, "version.rolled_back") as event:
        served = {1: 0, 2: 0}
        while not event.done():
            run = await call(tenant, a=777)
            served[run["version"]] += 1
        assert '"version":2' in (await event).replace(" ", "")
    assert served[1] >= 1
    # However many it served until then: a fast machine more than a page of them.
    failures = await all_of(tenant.api, "/runs?outcome=failed")
    assert {run["version"] for run in failures} == {2}
    assert len(failures) == served[2]
    assert await states(tenant) == {1: "live", 2: "retired"}
    assert {(await call(tenant, a=777))["outcome"] for _ in range(10)} == {"returned"}
    canary = await newest(tenant)
    assert canary["ending"] == "rolled_back"
    assert canary["figures"]["canary"]["failed"] == canary["figures"]["canary"]["calls"] >= canaries.CALLS_MIN
    assert canary["figures"]["chance"] < canaries.CHANCE
    last = (await tenant.api.get("/audit")).json()["items"][0]
    assert (last["action"], last["subject"], last["actor"]["kind"]) == (
        "version.rolled_back",
        "add_numbers/2",
        "platform",
    )
    assert last["details"]["figures"] == canary["figures"]


async def test_a_person_promotes_a_canary_or_stops_it(tenant: TenantAccess) -> None:
    await start(tenant, SOUND, 10)
    stopped = (await tenant.api.post("/tools/add_numbers/canary/stop", json={"reason": "Too slow."})).json()
    assert stopped["ending"] == "stopped"
    assert await states(tenant) == {1: "live", 2: "retired"}
    again = await tenant.api.post("/tools/add_numbers/canary/promote")
    assert again.status_code == 404
    third = await propose(tenant, "add_numbers", SOUND.replace("Return", "Give"))
    body = {"digest": third["digest"], "canary_percent": 10}
    await tenant.api.post("/tools/add_numbers/versions/3/approve", json=body)
    promoted = (await tenant.api.post("/tools/add_numbers/canary/promote")).json()
    assert promoted["ending"] == "promoted"
    assert await states(tenant) == {1: "retired", 2: "retired", 3: "live"}
    assert {(await call(tenant))["version"] for _ in range(5)} == {3}
    # And back: what was promoted is an ordinary version.
    rolled = await tenant.api.post("/tools/add_numbers/rollback", json={"version": 1})
    assert rolled.json()["live_version"] == 1


async def test_callers_see_one_contract_so_a_version_that_breaks_it_is_no_canary(tenant: TenantAccess) -> None:
    await make_live(tenant)
    schema = {**make_spec()["input_schema"], "required": ["a"]}
    spec = make_spec(input_schema={**schema, "properties": {"a": {"type": "integer"}}}, holdouts=[], examples=[
        {"arguments": {"a": 1}, "result": {"sum": 1}}, {"arguments": {"a": 5}, "result": {"sum": 5}},
    ])  # fmt: skip
    await tenant.api.put("/tools/add_numbers", json=spec)
    version = await propose(
        tenant, "add_numbers", make_source().replace("a: int, b: int", "a: int").replace("a + b", "a")
    )
    assert version["state"] == "awaiting_approval", version["findings"]
    body = {"digest": version["digest"], "canary_percent": 10}
    refused = await tenant.api.post("/tools/add_numbers/versions/2/approve", json=body)
    assert refused.status_code == 409
    assert refused.json()["breaks"] == ["The argument b is gone."]
    at_once = await tenant.api.post("/tools/add_numbers/versions/2/approve", json={**body, "canary_percent": 100})
    assert at_once.json()["state"] == "live"


async def test_agents_see_one_tool_while_a_canary_runs_and_cannot_decide_on_it(tenant: TenantAccess) -> None:
    await start(tenant, SOUND, 99)
    async with mcp_session(tenant) as session:
        listed = [tool for tool in (await session.list_tools()).tools if tool.name == "add_numbers"]
        assert [(tool.meta or {})["sealwright/version"] for tool in listed] == [1]
        assert (await session.call_tool("add_numbers", {"a": 1, "b": 2})).structured_content == {"sum": 3}
    run = (await tenant.api.get("/runs?tool=add_numbers")).json()["items"][0]
    assert run["version"] in {1, 2}
    narrow = await tenant.person.post(
        f"/tenants/{tenant.slug}/api-keys", json={"name": "narrow", "scopes": ["tools:author", "tools:call"]}
    )
    headers = {"Authorization": f"Bearer {narrow.json()['token']}"}
    assert (await tenant.api.post("/tools/add_numbers/canary/promote", headers=headers)).status_code == 403


async def test_the_policy_says_how_much_and_for_how_long(runtime: Runtime, owner: Person, database: Database) -> None:
    """On both databases: a clean canary takes over by itself, once; what callers got wrong is not held against it."""
    await publish(runtime, owner.actor)
    await allow_self_approval(database, owner.actor)
    async with database.unit(owner.actor.tenant_id) as session:
        await policies.change(session, owner.actor, {"canary_percent": 60, "canary_promotes_after": 10})
    version = await propose_here(runtime, owner.actor, SOURCE.replace("a + b", "b + a"))
    async with database.unit(owner.actor.tenant_id) as session:
        await approvals.approve(session, owner.actor, "add_numbers", version.number, version.digest or "")
    for _ in range(12):
        wrong = (await runs.call(runtime, owner.actor, "add_numbers", {"a": "one"})).run
        assert wrong.outcome == "refused"
    assert await canaries.watch(runtime) == 0
    served: list[Run] = []
    while sum(run.version_number == 2 for run in served) < 10:
        served.append((await runs.call(runtime, owner.actor, "add_numbers", {"a": 1, "b": 2})).run)
    done = await asyncio.gather(*(canaries.watch(runtime) for _ in range(3)))
    assert sum(done) == 1
    async with database.reading(owner.actor.tenant_id) as session:
        assert (await specs.find(session, "add_numbers")).live_version == 2
        (canary,) = (await canaries.list_all(session, owner.actor, "add_numbers")).items
    assert canary.figures == {
        "canary": {"calls": 10, "failed": 0},
        "baseline": {"calls": len(served) - 10, "failed": 0},
        "chance": 1.0,
    }


async def test_another_approval_or_retiring_the_tool_ends_a_canary(
    runtime: Runtime, owner: Person, database: Database
) -> None:
    await publish(runtime, owner.actor)
    for words in ("b + a", "a + b + 0", "a + 0 + b"):
        version = await propose_here(runtime, owner.actor, SOURCE.replace("a + b", words))
        async with database.unit(owner.actor.tenant_id) as session:
            await approvals.approve(
                session, owner.actor, "add_numbers", version.number, version.digest or "", canary_percent=5
            )
    async with database.unit(owner.actor.tenant_id) as session:
        tool = await approvals.rollback(session, owner.actor, "add_numbers", 1)
        assert tool.live_version == 1
    async with database.unit(owner.actor.tenant_id) as session:
        await specs.retire(session, owner.actor, "add_numbers")
    async with database.reading(owner.actor.tenant_id) as session:
        found = (await canaries.list_all(session, owner.actor, "add_numbers")).items
    assert [(canary.version, canary.ending) for canary in found] == [(4, "stopped"), (3, "replaced"), (2, "replaced")]


async def test_a_run_goes_on_with_the_canary_it_began_with_though_that_was_stopped(
    runtime: Runtime, owner: Person, database: Database
) -> None:
    await publish(runtime, owner.actor)
    version = await propose_here(runtime, owner.actor, SOURCE.replace("a + b", "b + a"))
    async with database.unit(owner.actor.tenant_id) as session:
        await approvals.approve(session, owner.actor, "add_numbers", 2, version.digest or "", canary_percent=99)
    canary = (await catalog.live(database, owner.actor.tenant_id)).tool("add_numbers").canary
    assert canary is not None
    actor = owner.actor
    run = beginnings.new(runtime, canary, actor.tenant_id, actor.id, actor.who(), '{"a": 1, "b": 2}')
    run.arguments_hash = "0" * 64
    await runtime.records.begin(run)
    await runtime.records.release(run)
    async with database.unit(actor.tenant_id) as session:
        await canaries.stop(session, actor, "add_numbers", "Too slow.")

    (claimed,) = await takeovers.claim(runtime, 5)
    await takeovers.resume(runtime, claimed)

    async with database.reading(actor.tenant_id) as session:
        ended = await runs.read(session, actor, run.id)
    assert (ended.outcome, ended.version_number) == ("returned", 2)


def dealt(new: Tally, old: Tally) -> float:
    """The test by its definition, in whole numbers."""
    failed = new.failed + old.failed
    ways = (comb(new.calls, hit) * comb(old.calls, failed - hit) for hit in range(new.failed, failed + 1))
    return sum(ways) / comb(new.calls + old.calls, failed)


def test_the_chance_is_that_of_fishers_exact_test() -> None:
    assert worse_by_chance(Tally(3, 3), Tally(3, 0)) == pytest.approx(1 / 20)
    assert worse_by_chance(Tally(), Tally()) == worse_by_chance(Tally(10, 1), Tally(100, 10)) == 1.0
    for new, old in (((10, 3), (90, 0)), ((20, 4), (180, 9)), ((5_000, 100), (45_000, 450)), ((7, 7), (0, 0))):
        tallies = Tally(*new), Tally(*old)
        assert worse_by_chance(*tallies) == pytest.approx(dealt(*tallies), rel=1e-6), tallies


# What the host has refused before anything ran, and what was stopped: the caller's. (Outcome, code, fuel, host calls.)
CALLERS = [
    ("refused", "invalid_arguments", 0, 0),
    ("refused", "argument_bytes", 0, 0),
    ("cancelled", "cancelled", 500, 0),
    ("cancelled", "cancelled", 0, 0),
]
# What a tool says of itself: it has run, so it is its own.
TOOLS = [
    *[
        (outcome, code, fuel, calls)
        for outcome in ("refused", "failed", "trapped", "exhausted")
        for code in ("invalid_arguments", "argument_bytes", "cancelled", "capability_refused")
        for fuel, calls in ((1, 0), (3_000_000, 2))
    ],
    ("refused", "INVALID_ARGUMENTS", 0, 0),
    ("refused", "invalid_arguments ", 0, 0),
    ("failed", "invalid_arguments", 0, 0),
]


async def test_whose_fault_a_failure_is_the_host_says_and_not_the_tool(
    runtime: Runtime, owner: Person, database: Database
) -> None:
    """A canary evaded its roll-back by raising CapabilityRefused("invalid_arguments")."""
    await publish(runtime, owner.actor)
    tool = (await catalog.live(database, owner.actor.tenant_id)).tool("add_numbers")
    canary = Canary(
        id="can_1", tool_id=tool.tool_id, tool_name="add_numbers", version=1, baseline=0, percent=50,
        started_by={}, since=now(),
    )  # fmt: skip
    failed = 0
    for outcome, code, fuel, host_calls in [*CALLERS, *TOOLS]:
        run = beginnings.new(runtime, tool, owner.actor.tenant_id, owner.actor.id, owner.actor.who(), "{}")
        run.arguments_hash = "0" * 64
        run.status, run.outcome, run.fuel_used, run.host_calls = "finished", outcome, fuel, host_calls
        run.error, run.error_code = {"code": code, "message": "m", "hint": None}, code
        await runtime.records.begin(run)
        async with database.reading(owner.actor.tenant_id) as session:
            figures = await canaries.compare(session, canary)
        failed += (outcome, code, fuel, host_calls) in TOOLS
        assert figures["canary"] == {"calls": failed, "failed": failed}, (outcome, code, fuel, host_calls)


async def test_a_canary_that_blames_its_caller_is_taken_back_all_the_same(tenant: TenantAccess) -> None:
    blames = WORSE.replace("ValueError(a)", 'CapabilityRefused("invalid_arguments", "No.")').replace(
        "def add", "from sealwright import CapabilityRefused\n\n\ndef add", 1
    )
    await start(tenant, blames, 50)
    async with told(tenant, "version.rolled_back") as event:
        while not event.done():
            run = await call(tenant, a=777)
            assert run["outcome"] == ("refused" if run["version"] == 2 else "returned")
    assert await states(tenant) == {1: "live", 2: "retired"}
