"""A person's yes: who may say it, to what exactly, and how it is taken back."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from tenants.base.db import Database
from tenants.base.errors import NotAllowedError, NotFoundError, StaleDigestError, WrongStateError
from tenants.catalog import catalog
from tenants.models import Version
from tenants.rights.access import Actor, Role
from tenants.rules import audit
from tenants.runtime import Runtime
from tenants.tools import approvals, reviews, specs, versions
from tests.tenants.people import SOURCE, Person, agent_of, allow_self_approval, join, key_of, propose, publish

TWICE = SOURCE.replace("a + b", "b + a")


async def _approve(database: Database, actor: Actor, version: Version, digest: str | None = None) -> Version:
    async with database.unit(actor.tenant_id) as session:
        return await approvals.approve(
            session, actor, version.tool_name, version.number, digest or version.digest or ""
        )


async def _served(database: Database, actor: Actor) -> list[tuple[str, int]]:
    tools = (await catalog.live(database, actor.tenant_id)).tools
    return [(tool.name, tool.version_number) for tool in tools.values()]


async def test_a_second_person_puts_a_version_live(runtime: Runtime, owner: Person, database: Database) -> None:
    author = (await join(database, owner.actor, Role.AUTHOR)).actor
    version = await propose(runtime, author)
    assert await _served(database, owner.actor) == []
    with pytest.raises(NotAllowedError):
        await _approve(database, author, version)
    approved = await _approve(database, owner.actor, version)
    assert approved.state == "live"
    assert await _served(database, owner.actor) == [("add_numbers", 1)]
    async with database.reading(owner.actor.tenant_id) as session:
        decision = (await reviews.review(session, approved)).approval
    assert decision is not None
    assert (decision.decision, decision.actor["id"]) == ("approve", owner.user.id)


async def test_an_author_alone_approves_only_where_the_policy_says_so(
    runtime: Runtime, owner: Person, database: Database
) -> None:
    version = await propose(runtime, owner.actor)
    with pytest.raises(NotAllowedError, match="somebody else approves"):
        await _approve(database, owner.actor, version)
    # Nor through a key of theirs, nor what an agent of theirs has written.
    key, _ = await key_of(database, owner.actor, "versions:approve")
    with pytest.raises(NotAllowedError, match="somebody else approves"):
        await _approve(database, key, version)
    agents = await propose(runtime, agent_of(owner.actor))
    with pytest.raises(NotAllowedError, match="somebody else approves"):
        await _approve(database, owner.actor, agents)
    await allow_self_approval(database, owner.actor)
    assert (await _approve(database, owner.actor, version)).state == "live"


async def test_an_agent_never_approves_whatever_it_holds(runtime: Runtime, owner: Person, database: Database) -> None:
    version = await publish(runtime, owner.actor)
    agent = agent_of(owner.actor)
    almighty = Actor(
        agent.kind, agent.id, agent.label, agent.tenant_id, agent.tenant_slug, None, owner.actor.permissions
    )
    for actor in (agent, almighty):
        with pytest.raises(NotAllowedError, match="agent cannot approve"):
            await _approve(database, actor, version)
        for act in (approvals.rollback, approvals.reject):
            arguments: tuple[Any, ...] = (1,) if act is approvals.rollback else (1, "no")
            with pytest.raises(NotAllowedError):
                async with database.unit(actor.tenant_id) as session:
                    await act(session, actor, version.tool_name, *arguments)


async def test_a_key_approves_only_with_the_scope(runtime: Runtime, owner: Person, database: Database) -> None:
    author = (await join(database, owner.actor, Role.AUTHOR)).actor
    version = await propose(runtime, author)
    weak, _ = await key_of(database, owner.actor, "tools:call", "tools:author")
    with pytest.raises(NotAllowedError):
        await _approve(database, weak, version)
    strong, _ = await key_of(database, owner.actor, "versions:approve")
    assert (await _approve(database, strong, version)).state == "live"


async def test_approving_what_was_read_before_it_changed_is_refused(
    runtime: Runtime, owner: Person, database: Database
) -> None:
    await allow_self_approval(database, owner.actor)
    first = await propose(runtime, owner.actor)
    second = await propose(runtime, owner.actor, TWICE, limits={"wall_ms": 5000})
    with pytest.raises(StaleDigestError) as caught:
        await _approve(database, owner.actor, second, first.digest)
    assert caught.value.details["changed"] == ["component", "limits", "source"]
    assert caught.value.details["given_is_of_version"] == 1
    assert caught.value.details["expected"] == second.digest
    with pytest.raises(StaleDigestError, match="not a digest of this tool"):
        await _approve(database, owner.actor, second, "0" * 64)


async def test_a_row_that_was_tampered_with_cannot_be_approved_nor_served_again(
    runtime: Runtime, owner: Person, database: Database
) -> None:
    await allow_self_approval(database, owner.actor)
    version = await propose(runtime, owner.actor)
    async with database.unit(owner.actor.tenant_id) as session:
        await session.execute(update(Version).values(source="def add_numbers(a, b): ..."))
    with pytest.raises(StaleDigestError) as caught:
        await _approve(database, owner.actor, version)
    assert caught.value.details["changed"] == ["source"]


async def test_only_a_version_that_awaits_approval_is_decided(
    runtime: Runtime, owner: Person, database: Database
) -> None:
    await allow_self_approval(database, owner.actor)
    bad = await propose(runtime, owner.actor, "def add_numbers(a, b):\n    return {'sum': 0}\n")
    with pytest.raises((WrongStateError, StaleDigestError)):
        await _approve(database, owner.actor, bad, "0" * 64)
    with pytest.raises(WrongStateError):
        async with database.unit(owner.actor.tenant_id) as session:
            await approvals.reject(session, owner.actor, "add_numbers", 1, "no")
    with pytest.raises(NotFoundError):
        async with database.unit(owner.actor.tenant_id) as session:
            await approvals.approve(session, owner.actor, "add_numbers", 7, "0" * 64)


async def test_a_rejection_keeps_its_reason(runtime: Runtime, owner: Person, database: Database) -> None:
    version = await propose(runtime, owner.actor)
    async with database.unit(owner.actor.tenant_id) as session:
        rejected = await approvals.reject(session, owner.actor, "add_numbers", version.number, "Too clever.")
        decision = (await reviews.review(session, rejected)).approval
    assert decision is not None
    assert (rejected.state, decision.reason) == ("rejected", "Too clever.")


async def test_a_double_click_approves_once(runtime: Runtime, owner: Person, database: Database) -> None:
    await allow_self_approval(database, owner.actor)
    version = await propose(runtime, owner.actor)
    done = await asyncio.gather(*(_approve(database, owner.actor, version) for _ in range(3)))
    assert {one.state for one in done} == {"live"}
    async with database.reading(owner.actor.tenant_id) as session:
        events = await audit.list_events(session, owner.actor)
    assert [event.action for event in events.items].count("version.approved") == 1


async def test_a_new_version_retires_the_old_and_rolling_back_brings_it_back(
    runtime: Runtime, owner: Person, database: Database
) -> None:
    await publish(runtime, owner.actor)
    await publish(runtime, owner.actor, TWICE)
    assert await _served(database, owner.actor) == [("add_numbers", 2)]
    async with database.unit(owner.actor.tenant_id) as session:
        tool = await approvals.rollback(session, owner.actor, "add_numbers", 1)
        states = {n: (await versions.find(session, "add_numbers", n)).state for n in (1, 2)}
    assert tool.live_version == 1
    assert states == {1: "live", 2: "retired"}
    assert await _served(database, owner.actor) == [("add_numbers", 1)]


async def test_rolling_back_goes_only_to_what_was_approved(runtime: Runtime, owner: Person, database: Database) -> None:
    await publish(runtime, owner.actor)
    waiting = await propose(runtime, owner.actor, TWICE)
    for number, error in ((waiting.number, WrongStateError), (9, NotFoundError)):
        with pytest.raises(error):
            async with database.unit(owner.actor.tenant_id) as session:
                await approvals.rollback(session, owner.actor, "add_numbers", number)


async def test_retiring_a_tool_stops_serving_it_and_its_name_may_come_back(
    runtime: Runtime, owner: Person, database: Database
) -> None:
    await publish(runtime, owner.actor)
    author = (await join(database, owner.actor, Role.AUTHOR)).actor
    with pytest.raises(NotAllowedError):
        async with database.unit(owner.actor.tenant_id) as session:
            await specs.retire(session, author, "add_numbers")
    async with database.unit(owner.actor.tenant_id) as session:
        await specs.retire(session, owner.actor, "add_numbers")
    assert await _served(database, owner.actor) == []
    again = await publish(runtime, owner.actor)
    assert again.number == 2
    assert await _served(database, owner.actor) == [("add_numbers", 2)]


async def test_what_is_served_says_what_was_reviewed(runtime: Runtime, owner: Person, database: Database) -> None:
    version = await publish(runtime, owner.actor, effects="read")
    tool = (await catalog.live(database, owner.actor.tenant_id)).tool("add_numbers")
    assert tool.digest == version.digest
    assert tool.annotations == {
        "readOnlyHint": True,
        "destructiveHint": False,
        "idempotentHint": True,
        "openWorldHint": False,
    }
    component = await catalog.component(database, owner.actor.tenant_id, tool)
    assert component.digest == version.component_digest
    with pytest.raises(NotFoundError, match="no live tool add_number"):
        (await catalog.live(database, owner.actor.tenant_id)).tool("add_number")


async def test_the_audit_chain_tells_of_every_decision_and_shows_any_change(
    runtime: Runtime, owner: Person, database: Database
) -> None:
    await publish(runtime, owner.actor)
    await publish(runtime, owner.actor, TWICE)
    async with database.unit(owner.actor.tenant_id) as session:
        await approvals.rollback(session, owner.actor, "add_numbers", 1)
        events = (await audit.list_events(session, owner.actor)).items[::-1]
    rows = [audit.exported(event) for event in events]
    assert [row["action"] for row in rows] == [
        "tenant.created", "tool.submitted", "version.submitted", "policy.changed", "version.approved",
        "tool.revised", "version.submitted", "policy.changed", "version.approved", "tool.rolled_back",
    ]  # fmt: skip
    assert audit.verify(rows) == []
    assert audit.verify(rows[3:]) == []
    changed = [*rows[:4], {**rows[4], "details": {"digest": "0" * 64}}, *rows[5:]]
    assert audit.verify(changed) == ["Event 5 was changed after it was written."]
    assert audit.verify([*rows[:4], *rows[5:]]) != []
    assert audit.verify([*rows[:4], rows[5], rows[4], *rows[6:]]) != []


async def test_events_of_one_chain_are_written_one_at_a_time(owner: Person, database: Database) -> None:
    async def note(number: int) -> None:
        async with database.unit(owner.actor.tenant_id) as session:
            await audit.record(session, owner.actor, "test.noted", str(number))

    await asyncio.gather(*(note(number) for number in range(12)))
    async with database.reading(owner.actor.tenant_id) as session:
        events = (await audit.list_events(session, owner.actor)).items[::-1]
    assert audit.verify([audit.exported(event) for event in events]) == []
    assert [event.seq for event in events] == list(range(1, 14))


@pytest.mark.parametrize(
    "author",
    [
        {"kind": "agent", "id": "agt_1", "label": "ci", "user_id": None},
        {"kind": "agent", "id": "agt_1", "label": "ci"},
        {"kind": "platform", "id": "platform", "label": "Sealwright", "user_id": None},
        {},
    ],
)
async def test_what_nobody_answers_for_has_not_had_its_four_eyes(
    runtime: Runtime, owner: Person, database: Database, author: dict[str, Any]
) -> None:
    version = await propose(runtime, owner.actor)
    approver = await join(database, owner.actor, Role.APPROVER)
    async with database.unit(owner.actor.tenant_id) as session:
        row = await session.get_one(Version, version.id)
        row.author = author
    for actor in (owner.actor, approver.actor):
        with pytest.raises(NotAllowedError, match="Nobody is known to answer"):
            await _approve(database, actor, version)
