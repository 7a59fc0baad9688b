"""What a tenant's runs came to in a range of time, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tenants.base import ids
from tenants.base.db import Database, now
from tenants.base.errors import InvalidError, NotAllowedError
from tenants.catalog import activity
from tenants.catalog.activity import PARTS_S, Range
from tenants.models import Run, RunStatus
from tenants.rights.access import Actor, Permission
from tests.tenants import workshop


@pytest.fixture
async def actor(database: Database) -> Actor:
    return await workshop.make_tenant(database)


def ended(minutes_ago: float, outcome: str, wall_ms: float, tool: str = "work", code: str | None = None) -> Run:
    at = now() - timedelta(minutes=minutes_ago)
    return Run(
        id=f"{ids.first('run', at)[:-8]}{ids.new('run')[-8:]}", tool_id="tol", tool_name=tool, version_id="ver",
        version_number=1, digest="d", component_digest="c", principal="p", caller={"label": "p"}, arguments="{}",
        arguments_hash="h", seed="s", started_at_ns=0, status=RunStatus.FINISHED, outcome=outcome, wall_ms=wall_ms,
        error_code=code, created_at=at, finished_at=at,
    )  # fmt: skip


async def test_runs_are_counted_where_they_began_with_their_times_and_kinds(database: Database, actor: Actor) -> None:
    async with database.unit(actor.tenant_id) as session:
        session.add_all(ended(1, "returned", wall_ms) for wall_ms in range(1, 21))
        session.add_all(ended(90, "failed", 1_000, "send", "refused_by_host") for _ in range(3))
        session.add_all([ended(90, "returned", 5, "send"), ended(91, "refused", 0, "send", "invalid_arguments")])
        session.add(ended(60 * 24 * 40, "failed", 9))
        going = ended(2, "returned", 3)
        going.status, going.outcome = RunStatus.RUNNING, None
        session.add(going)
        newest = (await session.scalars(select(Run.id).where(Run.outcome == "failed").order_by(Run.id.desc()))).first()
    async with database.reading(actor.tenant_id) as session:
        hour = await activity.of_range(session, actor, Range.of(1))
        day = await activity.of_range(session, actor, Range.of(24))
    assert (hour["total"]["returned"], hour["total"]["failed"]) == (20, 0)
    assert (hour["total"]["p50_ms"], hour["total"]["p95_ms"]) == (10, 19)
    assert hour["failing"] == hour["errors"] == []
    assert {part["returned"] for part in hour["parts"]} in ({0, 20}, {0, 1, 19}) or len(hour["parts"]) == 12
    assert [day["total"][outcome] for outcome in activity.OUTCOMES] == [21, 3, 1, 0, 0, 0]
    assert sum(part["failed"] for part in day["parts"]) == 3
    assert [(one["tool"], one["code"], one["count"]) for one in day["errors"]] == [
        ("send", "refused_by_host", 3), ("send", "invalid_arguments", 1),
    ]  # fmt: skip
    assert day["errors"][0]["last_run"] == newest
    # What a caller did wrong is not the tool's failure.
    assert day["failing"] == [{"tool": "send", "runs": 5, "failed": 3}]


async def test_nothing_is_counted_of_another_tenant_nor_told_to_who_may_not_read_runs(
    database: Database, actor: Actor
) -> None:
    async with database.unit(actor.tenant_id) as session:
        session.add(ended(1, "returned", 1))
    other = await workshop.make_tenant(database)
    async with database.reading(other.tenant_id) as session:
        found = await activity.of_range(session, other, Range.of(1))
        assert (found["total"]["returned"], found["total"]["p50_ms"]) == (0, None)
        blind = replace(other, permissions=other.permissions - {Permission.RUNS_READ})
        with pytest.raises(NotAllowedError):
            await activity.of_range(session, blind, Range.of(1))


@pytest.mark.parametrize("hours", PARTS_S)
def test_a_range_has_equal_parts_up_to_now(hours: int) -> None:
    during = Range.of(hours)
    assert during.parts[-1] <= now() < during.until
    steps = {second - first for first, second in zip(during.parts, during.parts[1:], strict=False)}
    assert steps == {timedelta(seconds=during.seconds)}
    assert len(during.parts) * during.seconds == hours * 3_600


@pytest.mark.parametrize("hours", [0, -1, 2, 23, 169, 10**12])
def test_other_ranges_are_refused_with_those_there_are(hours: int) -> None:
    with pytest.raises(InvalidError) as refused:
        Range.of(hours)
    assert "1, 24, 168, 720" in refused.value.problems[0]["message"]
