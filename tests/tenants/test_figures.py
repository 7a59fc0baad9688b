"""How tools have fared, and runs that are looked for: the same on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from tenants.base import ids
from tenants.base.db import Database, now
from tenants.base.errors import InvalidError
from tenants.catalog import figures, listing, past_runs
from tenants.catalog.listing import Order, Standing
from tenants.catalog.past_runs import Wanted
from tenants.models import Run, RunStatus, Tool
from tenants.rights.access import Actor
from tests.makers import make_spec
from tests.tenants import workshop


@pytest.fixture
async def actor(database: Database) -> Actor:
    return await workshop.make_tenant(database)


def run_of(tool: str, outcome: str, wall_ms: float, days_ago: float = 0.1, **changes: Any) -> Run:
    at = now() - timedelta(days=days_ago)
    said: dict[str, Any] = {
        "id": f"{ids.first('run', at)[:-8]}{ids.new('run')[-8:]}", "tool_id": "tol", "tool_name": tool,
        "version_id": "ver", "version_number": 1, "digest": "d", "component_digest": "c", "principal": "p",
        "caller": {"kind": "agent", "id": "p", "label": "Ann's agent"}, "arguments": "{}", "arguments_hash": "h",
        "seed": "s", "started_at_ns": 0, "status": RunStatus.FINISHED, "outcome": outcome, "wall_ms": wall_ms,
        "created_at": at, "finished_at": at,
    }  # fmt: skip
    return Run(**{**said, **changes})


def tool_of(name: str, **changes: Any) -> Tool:
    said = {"id": ids.new("tol"), "name": name, "spec": make_spec(name), "created_by": {}, "last_version": 1}
    return Tool(**{**said, "created_at": now(), "updated_at": now(), **changes})


async def test_a_tools_figures_are_its_own_whole_and_by_version(database: Database, actor: Actor) -> None:
    async with database.unit(actor.tenant_id) as session:
        session.add_all(run_of("work", "returned", ms) for ms in range(1, 20))
        session.add_all([run_of("work", "failed", 2_000, version_number=2), run_of("work", "refused", 9_000)])
        session.add_all([run_of("work", "returned", 70_000, days_ago=8), run_of("idle", "refused", 1)])
    async with database.reading(actor.tenant_id) as session:
        idle, work = await figures.of_tools(session, actor)
        (alone,) = await figures.of_tools(session, actor, days=30, tool="work")
    assert work.whole == (21, 19, 1, 10, 19)
    assert work.whole.success == 0.95
    assert work.versions == {1: (20, 19, 0, 10, 19), 2: (1, 0, 1, 2_000, 2_000)}
    assert sorted(work.latest) == sorted(["failed", "refused", *["returned"] * 19])
    assert (idle.whole.success, idle.whole.p95_ms) == (None, None)
    assert alone.whole.runs == 22


async def test_tools_are_listed_by_where_they_stand_and_how_they_fare(database: Database, actor: Actor) -> None:
    async with database.unit(actor.tenant_id) as session:
        session.add_all([
            tool_of("alpha", live_version=1), tool_of("beta"), tool_of("gamma", retired_at=now()),
            tool_of("delta", live_version=1, deprecation={"message": "Go."}),
        ])  # fmt: skip
        session.add_all([run_of("delta", "failed", 5), run_of("alpha", "returned", 50), run_of("alpha", "returned", 9)])

    async def names(standing: Standing | None = None, order: Order = Order.NAME, **page: Any) -> list[str]:
        async with database.reading(actor.tenant_id) as session:
            found = await listing.tools(session, actor, standing, order, **page)
        return [tool.name for tool in found.items]

    assert await names() == ["alpha", "beta", "delta"]
    assert await names(cursor="1", limit=1) == ["beta"]
    assert await names(Standing.LIVE) == ["alpha", "delta"]
    assert await names(Standing.NOT_LIVE) == ["beta"]
    assert await names(Standing.DEPRECATED) == ["delta"]
    assert await names(Standing.RETIRED) == ["gamma"]
    assert await names(Standing.WAITING) == []
    assert (await names(order=Order.CALLS))[0] == "alpha"
    assert (await names(order=Order.FAILURES))[0] == "delta"
    assert (await names(order=Order.SLOWEST))[:2] == ["alpha", "delta"]
    with pytest.raises(InvalidError):
        await names(cursor="x")


FOUND: list[tuple[Wanted, str | None, list[str]]] = [
    (Wanted(tool="crm"), None, []),
    (Wanted(tool_part="crm"), None, ["crm_sync"]),
    (Wanted(tool_part="CRM_"), None, ["crm_sync"]),
    (Wanted(tool_part="%"), None, []),
    (Wanted(tool_part="m_s"), None, ["crm_sync"]),
    (Wanted(version=2), None, ["mail"]),
    (Wanted(caller="ann"), None, ["mail", "crm_sync"]),
    (Wanted(caller="Ann's"), None, ["mail", "crm_sync"]),
    (Wanted(caller="_nn"), None, []),
    (Wanted(caller="bob"), None, ["old"]),
    (Wanted(outcome="failed"), None, ["mail"]),
    (Wanted(code="no_route"), None, ["mail"]),
    (Wanted(since=now() - timedelta(days=2)), None, ["mail", "crm_sync"]),
    (Wanted(until=now() - timedelta(days=2)), None, ["old"]),
    (Wanted(since=now() - timedelta(days=9), until=now() - timedelta(days=2)), None, ["old"]),
    (Wanted(), "straße", ["crm_sync"]),
    (Wanted(), "STRASSE", ["crm_sync"]),
    (Wanted(), "unreachable", ["mail"]),
    (Wanted(), "kept 7", ["old"]),
    (Wanted(), '"total":3', ["old"]),
    (Wanted(tool_part="mail"), "straße", []),
    (Wanted(), "nowhere", []),
    (Wanted(), "%", []),
    (Wanted(), "run_", ["mail", "crm_sync", "old"]),
]


async def test_runs_are_found_by_what_they_are_and_by_words_in_what_they_hold(database: Database, actor: Actor) -> None:
    error = {"code": "no_route", "message": "crm is Unreachable."}
    async with database.unit(actor.tenant_id) as session:
        session.add_all([
            run_of("old", "returned", 1, 3, caller={"label": "Bob"}, result='{"total":3}', log="info kept 7 rows"),
            run_of("crm_sync", "returned", 1, 1, arguments='{"street":"Lange Straße"}'),
            run_of("mail", "failed", 1, 0.5, error=error, error_code="no_route", version_number=2),
        ])  # fmt: skip
    for wanted, words, tools in FOUND:
        async with database.reading(actor.tenant_id) as session:
            found = await past_runs.matching(session, actor, wanted, words)
        assert [run.tool_name for run in found.items] == tools, (wanted, words)
    async with database.reading(actor.tenant_id) as session:
        first = await past_runs.matching(session, actor, Wanted(), "run_", limit=2)
        rest = await past_runs.matching(session, actor, Wanted(), "run_", first.next_cursor, 2)
    assert [run.tool_name for run in [*first.items, *rest.items]] == ["mail", "crm_sync", "old"]
    assert rest.next_cursor is None
