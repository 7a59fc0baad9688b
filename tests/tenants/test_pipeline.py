"""A version's way from source to a person's desk."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from tenants import gates
from tenants.base.db import now
from tenants.base.errors import InvalidError, NotFoundError, WrongStateError
from tenants.base.leases import Owner
from tenants.models import Version
from tenants.proving import pipeline
from tenants.runtime import Runtime
from tenants.tools import versions
from tenants.tools.version_states import MOVES, State
from tests.tenants.people import SOURCE, Person, propose, spec, work


async def test_a_sound_version_waits_for_approval_with_its_report(runtime: Runtime, owner: Person) -> None:
    version = await propose(runtime, owner.actor)
    assert (version.state, version.findings) == ("awaiting_approval", [])
    assert version.digest
    assert version.component_digest
    assert version.lease_owner is None
    assert version.meter == runtime.pool.meter
    ran = [gate["gate"] for gate in version.report["gates"]]
    proven = [g.name for g in (*gates.PROVING, *gates.TRYING)]
    assert ran == [*(g.name for g in gates.READING), "build", *proven, "history"]


async def test_the_same_source_gives_the_same_component_and_digest(runtime: Runtime, owner: Person) -> None:
    first, second = await propose(runtime, owner.actor), await propose(runtime, owner.actor)
    assert first.number + 1 == second.number
    assert (first.component_digest, first.digest) == (second.component_digest, second.digest)


BAD = [
    ("def add_numbers(a, b:\n    return 1\n", "contract", 1),
    ("def other(a, b):\n    return {}\n", "contract", None),
    ("def add_numbers(a):\n    return {'sum': a}\n", "contract", 1),
    ("import requests\n\n\ndef add_numbers(a, b):\n    return {'sum': a + b}\n", "imports", 1),
    ("raise ValueError('at import')\n\n\ndef add_numbers(a, b):\n    return {}\n", "build", 1),
    ("def add_numbers(a, b):\n    return {'sum': a - b}\n", "examples", None),
    ("def add_numbers(a, b):\n    return {'sum': a + b, 'at': undefined}\n", "examples", None),
]


@pytest.mark.parametrize(("source", "gate", "line"), BAD, ids=[case[1] + str(n) for n, case in enumerate(BAD)])
async def test_an_unsound_version_goes_back_with_its_reason(
    runtime: Runtime, owner: Person, source: str, gate: str, line: int | None
) -> None:
    version = await propose(runtime, owner.actor, source)
    errors = [finding for finding in version.findings if finding["severity"] == "error"]
    assert version.state == "rejected"
    assert version.digest is None
    assert errors[0]["gate"] == gate
    assert line is None or errors[0]["line"] == line


async def test_a_wrong_result_is_told_with_its_place_and_both_values(runtime: Runtime, owner: Person) -> None:
    source = "def add_numbers(a, b):\n    print('adding', a)\n    return {'sum': a * b}\n"
    version = await propose(runtime, owner.actor, source)
    (finding,) = [finding for finding in version.findings if finding["gate"] == "examples"]
    assert "Example 1: the result differs at /sum: expected 3, got 2." in finding["message"]
    assert "adding 1" in finding["hint"]


async def test_numbers_are_compared_by_value(runtime: Runtime, owner: Person) -> None:
    version = await propose(runtime, owner.actor, "def add_numbers(a, b):\n    return {'sum': float(a + b)}\n")
    assert version.state == "awaiting_approval"


async def test_holdouts_are_run_and_never_shown(runtime: Runtime, owner: Person) -> None:
    holdouts = [{"arguments": {"a": 40, "b": 2}, "result": {"sum": 42}}]
    source = '"""Add."""\n\n\ndef add_numbers(a, b):\n    """Return the sum."""\n    return {"sum": 3}\n'
    version = await propose(runtime, owner.actor, source, holdouts=holdouts)
    (finding,) = version.findings
    assert finding["gate"] == "holdouts"
    assert "42" not in finding["message"] + finding["hint"]


async def test_an_expected_error_is_a_pass(runtime: Runtime, owner: Person) -> None:
    source = (
        "from sealwright import ToolError\n\n\ndef add_numbers(a, b):\n"
        "    if a < 0:\n        raise ToolError('negative', 'No debts here.')\n    return {'sum': a + b}\n"
    )
    sound = {"arguments": {"a": 1, "b": 2}, "result": {"sum": 3}}
    examples = [sound, {"arguments": {"a": -1, "b": 2}, "error": {"code": "negative"}}]
    version = await propose(runtime, owner.actor, source, examples=examples)
    assert version.state == "awaiting_approval", version.findings
    examples = [{"arguments": {"a": 1, "b": 2}, "error": "other"}]
    version = await propose(runtime, owner.actor, source, examples=examples)
    assert "expected the error other, got the result" in version.findings[0]["message"]


async def test_randomness_must_not_reach_the_result_of_a_reader(runtime: Runtime, owner: Person) -> None:
    source = "import random\n\n\ndef add_numbers(a, b):\n    return {'sum': 3, 'lot': random.random()}\n"
    loose = {"type": "object"}
    example = {"arguments": {"a": 1, "b": 2}, "result": {"sum": 3, "lot": 0.5}}
    version = await propose(runtime, owner.actor, source, output_schema=loose, examples=[example])
    assert {"examples", "determinism"} <= {finding["gate"] for finding in version.findings}


async def test_without_an_author_generation_is_refused_with_what_to_set_up(runtime: Runtime, owner: Person) -> None:
    await propose(runtime, owner.actor)
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        await versions.submit(session, owner.actor, "add_numbers", generate={"instructions": "quickly"})
    await work(runtime)
    async with runtime.database.reading(owner.actor.tenant_id) as session:
        version = await versions.read(session, owner.actor, "add_numbers", 2)
    assert version.state == "rejected"
    assert "ANTHROPIC_API_KEY" in version.findings[0]["hint"]


async def _stuck(runtime: Runtime, owner: Person, holder: str, until: timedelta) -> None:
    """A version whose process was killed while it checked."""
    await propose(runtime, owner.actor)
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        await versions.submit(session, owner.actor, "add_numbers", source=SOURCE)
        await session.flush()
        await session.execute(
            update(Version)
            .where(Version.number == 2)
            .values(state="checking", lease_owner=holder, lease_until=now() + until, fence=1)
        )


async def test_a_version_whose_server_died_goes_on_when_its_lease_is_over(runtime: Runtime, owner: Person) -> None:
    await _stuck(runtime, owner, str(Owner("elsewhere", 1, "aa")), timedelta(seconds=5))
    assert not await pipeline.step(runtime)
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        await session.execute(update(Version).where(Version.number == 2).values(lease_until=now()))
    assert await pipeline.step(runtime)
    async with runtime.database.reading(owner.actor.tenant_id) as session:
        assert (await versions.read(session, owner.actor, "add_numbers", 2)).state == "awaiting_approval"


async def test_a_server_started_again_goes_on_at_once(runtime: Runtime, owner: Person) -> None:
    dead = Owner(runtime.owner.place, runtime.owner.pid, "before")
    await _stuck(runtime, owner, str(dead), timedelta(hours=1))
    with runtime.events.subscribe(owner.actor.tenant_id) as moves:
        working = asyncio.create_task(pipeline.work(runtime))
        async with asyncio.timeout(120):
            async for event in moves:
                if event.kind == "version.moved" and event.data["state"] == "awaiting_approval":
                    break
        working.cancel()


async def test_a_slow_process_writes_nothing_over_its_successor(runtime: Runtime, owner: Person) -> None:
    await propose(runtime, owner.actor)
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        await versions.submit(session, owner.actor, "add_numbers", source="def nothing(): pass\n")
    slow = await pipeline.claim(runtime)
    assert slow
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        await session.execute(update(Version).where(Version.id == slow.id).values(fence=slow.fence + 1, source=SOURCE))
    await pipeline.advance(runtime, slow)
    async with runtime.database.reading(owner.actor.tenant_id) as session:
        assert (await versions.read(session, owner.actor, "add_numbers", 2)).state == "checking"


async def test_two_workers_never_take_the_same_version(runtime: Runtime, owner: Person) -> None:
    await propose(runtime, owner.actor)
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        for _ in range(4):
            await versions.submit(session, owner.actor, "add_numbers", source=SOURCE)
    claims = await asyncio.gather(*(pipeline.claim(runtime) for _ in range(6)))
    taken = [claim.id for claim in claims if claim is not None]
    assert len(taken) == len(set(taken)) == 4


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, ""),
        ({"source": SOURCE, "generate": {}}, ""),
        ({"source": " \n"}, "/source"),
        ({"source": "x = '\x00'"}, "/source"),
        ({"source": "x = '\ud800'"}, "/source"),
        ({"source": "#" * (versions.SOURCE_BYTES_MAX + 1)}, "/source"),
    ],
)
async def test_what_is_no_source_is_refused(runtime: Runtime, owner: Person, given: dict[str, str], path: str) -> None:
    await propose(runtime, owner.actor)
    with pytest.raises(InvalidError) as caught:
        async with runtime.database.unit(owner.actor.tenant_id) as session:
            await versions.submit(session, owner.actor, "add_numbers", **given)  # pyright: ignore[reportArgumentType]
    assert caught.value.problems[0]["path"] == path


async def test_a_version_keeps_the_spec_it_was_made_for(runtime: Runtime, owner: Person) -> None:
    await propose(runtime, owner.actor)
    await propose(runtime, owner.actor, description="Adds two numbers, better.")
    async with runtime.database.reading(owner.actor.tenant_id) as session:
        first = await versions.read(session, owner.actor, "add_numbers", 1)
        second = await versions.read(session, owner.actor, "add_numbers", 2)
        listed = await versions.list_all(session, owner.actor, "add_numbers", limit=1)
        rest = await versions.list_all(session, owner.actor, "add_numbers", listed.next_cursor)
        with pytest.raises(NotFoundError, match="has no version 9; its last is 2"):
            await versions.read(session, owner.actor, "add_numbers", 9)
    assert first.spec["description"] == spec()["description"]
    assert second.spec["description"] == "Adds two numbers, better."
    assert ([version.number for version in listed.items], listed.next_cursor) == ([2], "2")
    assert ([version.number for version in rest.items], rest.next_cursor) == ([1], None)


async def test_moves_that_the_table_lacks_are_refused(runtime: Runtime, owner: Person) -> None:
    version = await propose(runtime, owner.actor)
    assert set(MOVES) == set(State)
    for state in set(State) - MOVES[State.AWAITING_APPROVAL]:
        async with runtime.database.unit(owner.actor.tenant_id) as session:
            with pytest.raises(WrongStateError):
                versions.move(session, version, state)
