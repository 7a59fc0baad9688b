"""What a tenant stores is counted where it is written, and no run goes over what it may."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from sandbox import HostCall
from tenants import housekeeping
from tenants.base.db import Database, now
from tenants.base.errors import StorageFullError
from tenants.capabilities import Unable
from tenants.capabilities.bound import Bound
from tenants.capabilities.kv import Kv
from tenants.catalog import past_runs
from tenants.catalog.past_runs import Wanted
from tenants.models import Run, StoredBytes, Tenant
from tenants.rights.access import Actor
from tenants.rules import stored_bytes
from tenants.runs import runs
from tenants.runtime import Runtime
from tenants.tools import specs, versions
from tests.tenants.journal.conftest import Process, actor, process
from tests.tenants.people import SOURCE, Person, checked, spec
from tests.tenants.workshop import World, make_tool

__all__ = ["actor", "process"]

BLOATS = """
from sealwright import CapabilityRefused, email, http, kv, ledger, log, progress


def work(how: str = "", times: int = 0, size: int = 0) -> dict:
    text = "x" * size
    for number in range(times):
        if how == "kv":
            kv.get("k" + text[:400])
        elif how == "claims":
            ledger.claim([text[:300] + str(number) + "-" + str(n) for n in range(size // 300)])
        elif how == "mail":
            email.send("a@b.example", "s", text, sender="a@acme.example")
        elif how == "mails":
            email.send_many([{"to": "a@b.example", "subject": "s", "text": text, "sender": "a@acme.example"}])
        elif how == "log":
            log.info(text)
        elif how == "asks":
            ledger.is_done(text[:400])
    return {"text": text if how == "result" else ""}
"""
GRANT = {"email": ["from @acme.example"], "kv": ["tool/*"], "ledger": ["*"]}


async def may_store(database: Database, tenant_id: str, **limits: int) -> None:
    async with database.system() as session:
        tenant = await session.get_one(Tenant, tenant_id)
        tenant.policy = {**tenant.policy, "limits": limits}


async def counted(database: Database, tenant_id: str) -> int:
    async with database.reading(tenant_id) as session:
        return await stored_bytes.used(session, tenant_id)


async def recounted(database: Database, tenant_id: str) -> int:
    async with database.unit(tenant_id) as session:
        return await stored_bytes.recount(session, tenant_id)


WAYS: list[tuple[str, dict[str, Any]]] = [
    ("a result", {"how": "result", "size": 400_000}),
    ("arguments", {"how": "", "padding": "x" * 400_000}),
    ("a log", {"how": "log", "times": 60, "size": 1_000}),
    ("a few large calls", {"how": "mail", "times": 4, "size": 100_000}),
    ("parts of calls", {"how": "mails", "times": 4, "size": 100_000}),
    ("claims of many keys", {"how": "claims", "times": 10, "size": 30_000}),
    ("many small calls", {"how": "asks", "times": 300, "size": 400}),
    ("reads", {"how": "kv", "times": 300, "size": 400}),
]


@pytest.mark.parametrize(("what", "arguments"), WAYS, ids=[what for what, _ in WAYS])
async def test_whatever_a_run_leaves_behind_is_counted(
    process: Process, actor: Actor, what: str, arguments: Mapping[str, Any]
) -> None:
    del what
    runtime = process(World())
    source = BLOATS.replace("size: int = 0)", 'size: int = 0, padding: str = "")')
    await make_tool(runtime, actor, source, GRANT)
    before = await recounted(runtime.database, actor.tenant_id)
    run = (await runs.call(runtime, actor, "work", arguments)).run
    assert run.outcome == "returned", run.error
    await runtime.records.count()
    grown = await counted(runtime.database, actor.tenant_id) - before
    assert grown > 60_000
    exactly = await recounted(runtime.database, actor.tenant_id) - before
    assert 0.8 < grown / exactly < 1.25
    # Once the tenant is over what it may store, whatever brought it there, nothing more begins.
    await may_store(runtime.database, actor.tenant_id, stored_bytes=before + grown // 2)
    fresh = process(World())
    with pytest.raises(StorageFullError, match="it may store") as full:
        await runs.call(fresh, actor, "work", {})
    assert "Delete files" in (full.value.hint or "")
    with pytest.raises(StorageFullError):
        await runs.start(fresh, actor, "work", {})


@pytest.mark.parametrize("how", ["mail", "mails", "claims", "asks", "kv"])
@pytest.mark.parametrize("limit", ["run_journal_bytes", "stored_bytes"])
async def test_a_run_ends_before_a_call_that_may_not_be_recorded(
    process: Process, actor: Actor, how: str, limit: str
) -> None:
    """M8: a run of a hundred calls took 88 MB, and a gigabyte was allowed to each."""
    runtime = process(world := World())
    await make_tool(runtime, actor, BLOATS, GRANT)
    before = await recounted(runtime.database, actor.tenant_id)
    most = 40_000 if limit == "run_journal_bytes" else before + 40_000
    await may_store(runtime.database, actor.tenant_id, **{limit: most})
    run = (await runs.call(runtime, actor, "work", {"how": how, "times": 900, "size": 3_000})).run
    assert (run.outcome, (run.error or {})["code"]) == ("exhausted", limit)
    await runtime.records.count()
    assert await counted(runtime.database, actor.tenant_id) - before < 80_000
    if how == "mail":
        assert run.host_calls < 30
        assert len(world.reached) < 30


async def test_ordinary_runs_never_see_it(process: Process, actor: Actor) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, BLOATS, GRANT)
    run = (await runs.call(runtime, actor, "work", {"how": "mail", "times": 20, "size": 10_000})).run
    assert run.outcome == "returned"


async def test_one_tenants_fullness_is_not_anothers(process: Process, actor: Actor, owner: Person) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, BLOATS, GRANT)
    await make_tool(runtime, owner.actor, BLOATS, GRANT)
    await runs.call(runtime, actor, "work", {"how": "result", "size": 100_000})
    await runtime.records.count()
    await may_store(runtime.database, actor.tenant_id, stored_bytes=1)
    fresh = process(World())
    with pytest.raises(StorageFullError):
        await runs.call(fresh, actor, "work", {})
    assert (await runs.call(fresh, owner.actor, "work", {})).run.outcome == "returned"
    async with fresh.database.reading(actor.tenant_id) as session:
        page = await past_runs.matching(session, actor, Wanted())
    assert len(page.items) == 1, "what is there can be read"


@pytest.mark.parametrize("operation", ["set", "compare_and_set"])
async def test_values_count_and_are_given_back(database: Database, owner: Person, operation: str) -> None:
    tenant_id, kv = owner.actor.tenant_id, Kv(database)
    bound = Bound(tenant_id, "run_1", "work")
    expected = {"expected": None} if operation == "compare_and_set" else {}
    await may_store(database, tenant_id, stored_bytes=100_000)
    await kv.set(HostCall(0, "kv", "set", {"key": "first", "value": "y" * 30_000}), bound)
    assert 30_000 < await counted(database, tenant_id) < 32_000
    wanted = [
        HostCall(0, "kv", operation, {"key": f"k{number}", "value": "x" * 30_000, **expected}) for number in range(3)
    ]
    for one in wanted[:2]:
        await getattr(kv, operation)(one, bound)
    with pytest.raises(Unable, match="may store") as full:
        await getattr(kv, operation)(wanted[2], bound)
    assert full.value.fault.code == "over_quota"
    await kv.set(HostCall(0, "kv", "set", {"key": "first", "value": "y" * 10}), bound)
    assert await counted(database, tenant_id) < 65_000
    for key in ("first", "k0", "k1", "k2", "not there"):
        await kv.delete(HostCall(0, "kv", "delete", {"key": key}), bound)
    assert await counted(database, tenant_id) == 0


async def test_versions_count_and_are_refused_over_it(runtime: Runtime, owner: Person) -> None:
    tenant_id = owner.actor.tenant_id
    async with runtime.database.unit(tenant_id) as session:
        await specs.submit(session, owner.actor, checked(spec()))
        await versions.submit(session, owner.actor, "add_numbers", source=SOURCE + "#" * 10_000)
    assert await counted(runtime.database, tenant_id) > 14_000
    await may_store(runtime.database, tenant_id, stored_bytes=20_000)
    with pytest.raises(StorageFullError):
        async with runtime.database.unit(tenant_id) as session:
            await versions.submit(session, owner.actor, "add_numbers", source=SOURCE + "#" * 10_000)


async def test_what_retention_clears_away_is_given_back(process: Process, actor: Actor) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, BLOATS, GRANT)
    before = await recounted(runtime.database, actor.tenant_id)
    await runs.call(runtime, actor, "work", {"how": "mail", "times": 3, "size": 100_000})
    async with runtime.database.unit(actor.tenant_id) as session:
        await session.execute(update(Run).values(finished_at=now() - timedelta(days=400)))
    await runtime.records.count()
    assert await housekeeping.clear(runtime) == 1
    after = await counted(runtime.database, actor.tenant_id)
    assert abs(after - before) < 20_000
    assert await recounted(runtime.database, actor.tenant_id) == before


async def test_what_was_there_before_anybody_counted_is_counted_by_housekeeping(process: Process, actor: Actor) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, BLOATS, GRANT)
    await runs.call(runtime, actor, "work", {"how": "result", "size": 100_000})
    await runtime.records.count()
    async with runtime.database.unit(actor.tenant_id) as session:
        await session.execute(delete(StoredBytes))
    assert await counted(runtime.database, actor.tenant_id) == 0
    await housekeeping.clear(runtime)
    assert await counted(runtime.database, actor.tenant_id) > 100_000


async def test_what_runs_write_is_counted_by_itself_soon_after(process: Process, actor: Actor) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, BLOATS, GRANT)
    before = await recounted(runtime.database, actor.tenant_id)
    await runs.call(runtime, actor, "work", {"how": "result", "size": 100_000})
    async with asyncio.timeout(20):
        while await counted(runtime.database, actor.tenant_id) < before + 100_000:
            await asyncio.sleep(0)  # the count comes with the clock, and with nothing that could be waited for
