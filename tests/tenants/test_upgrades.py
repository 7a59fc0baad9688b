"""A new image: what answers alike goes on serving with its approval; what does not is never run by mistake."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from tenants.base.db import now
from tenants.base.leases import Owner
from tenants.models import Approval, AuditEvent, ServedImage, Version
from tenants.proving import served_images, upgrades
from tenants.runs import runs
from tenants.runtime import Runtime
from tenants.tools import approvals, specs
from tests.tenants.people import SOURCE, Person, propose, publish

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def other_image(runtime: Runtime, owner: Person) -> None:
    """Make every version look as if an earlier image had been its own."""
    async with runtime.database.system() as session:
        await session.execute(update(Version).values(image_digest="0" * 64))
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        await specs.changed(session, owner.actor.tenant_id)


async def test_a_version_of_another_image_is_not_run_on_this_one(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    await other_image(runtime, owner)

    run = (await runs.call(runtime, owner.actor, "add_numbers", {"a": 1, "b": 2})).run

    assert run.outcome == "trapped"
    assert run.error is not None
    assert run.error["code"] == "image_replaced"


async def test_a_version_that_answers_alike_is_carried_over_with_its_approval(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    await runs.call(runtime, owner.actor, "add_numbers", {"a": 5, "b": 6})
    await other_image(runtime, owner)

    assert await upgrades.carry(runtime) == 1

    run = (await runs.call(runtime, owner.actor, "add_numbers", {"a": 1, "b": 2})).run
    assert run.outcome == "returned"
    async with runtime.database.reading(owner.actor.tenant_id) as session:
        version = await session.scalar(select(Version))
        approved = await session.scalar(select(Approval).order_by(Approval.id.desc()).limit(1))
        told = await session.scalar(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1))
    assert version is not None
    assert version.image_digest == runtime.image.digest
    assert approved is not None
    assert approved.digest == version.digest
    assert told is not None
    assert told.action == "version.carried_over"
    assert await upgrades.carry(runtime) == 0


async def test_a_version_that_answers_otherwise_waits_for_a_person(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    await other_image(runtime, owner)
    async with runtime.database.system() as session:
        version = await session.scalar(select(Version))
        assert version is not None
        version.source = (version.source or "").replace("a + b", "a - b")

    assert await upgrades.carry(runtime) == 0

    run = (await runs.call(runtime, owner.actor, "add_numbers", {"a": 1, "b": 2})).run
    assert run.error is not None
    assert run.error["code"] == "image_replaced"
    assert await upgrades.carry(runtime) == 0, "it is not tried again on this image"
    async with runtime.database.reading(owner.actor.tenant_id) as session:
        told = await session.scalars(select(AuditEvent.subject).where(AuditEvent.action == "version.left_behind"))
        assert list(told) == ["add_numbers/1"]
        assert await session.scalar(select(Version.left_behind_by)) == runtime.image.digest


async def test_one_that_cannot_be_carried_keeps_no_other_back(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    await publish(runtime, owner.actor, SOURCE.replace("add_numbers", "add_more"), name="add_more")
    await other_image(runtime, owner)
    async with runtime.database.system() as session:
        broken = await session.scalar(select(Version).where(Version.tool_name == "add_numbers"))
        assert broken is not None
        broken.spec = {key: value for key, value in broken.spec.items() if key != "name"}

    assert await upgrades.carry(runtime) == 1


async def test_a_new_image_carries_over_both_versions_of_a_canary(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    newer = await propose(runtime, owner.actor, SOURCE.replace("a + b", "b + a"))
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        await approvals.approve(session, owner.actor, "add_numbers", 2, newer.digest or "", canary_percent=50)
    await other_image(runtime, owner)

    assert await upgrades.carry(runtime) == 2

    called = [(await runs.call(runtime, owner.actor, "add_numbers", {"a": 1, "b": 2})).run for _ in range(20)]
    assert {run.outcome for run in called} == {"returned"}
    assert {run.version_number for run in called} == {1, 2}


async def serve_elsewhere(runtime: Runtime, digest: str, minutes: float) -> None:
    """Have another process have begun to serve an image some minutes from now, and be alive."""
    async with runtime.database.system() as session:
        first = now() + timedelta(minutes=minutes)
        session.add(ServedImage(digest=digest, first_seen_at=first, seen_at=now()))


async def test_nothing_is_carried_to_an_image_while_a_newer_one_is_served(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    await other_image(runtime, owner)
    await serve_elsewhere(runtime, "0" * 64, minutes=1)

    assert await upgrades.carry(runtime) == 0

    async with runtime.database.system() as session:  # the newer release was taken back
        await session.execute(update(ServedImage).where(ServedImage.digest == "0" * 64).values(seen_at=LONG_AGO))
    assert await upgrades.carry(runtime) == 1


async def test_an_older_image_that_is_still_served_keeps_nothing_back(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    await other_image(runtime, owner)
    await serve_elsewhere(runtime, "0" * 64, minutes=-1)
    assert await upgrades.carry(runtime) == 1


async def test_one_process_carries_at_a_time_and_another_takes_over_when_it_is_gone(
    runtime: Runtime, owner: Person
) -> None:
    await publish(runtime, owner.actor)
    await other_image(runtime, owner)
    await served_images.note_served(runtime)
    elsewhere = Owner("elsewhere", 7, "0123")
    async with runtime.database.system() as session:
        carrying = update(ServedImage).values(carrier=str(elsewhere), carrier_until=now() + timedelta(minutes=1))
        await session.execute(carrying)

    assert await upgrades.carry(runtime) == 0

    async with runtime.database.system() as session:
        await session.execute(update(ServedImage).values(carrier_until=LONG_AGO))
    assert await upgrades.carry(runtime) == 1
    async with runtime.database.system_reading() as session:
        assert await session.scalar(select(ServedImage.carrier)) is None
