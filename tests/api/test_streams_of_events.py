"""Live events: they end with the access, and show what their reader may read."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from tenants.base.events import Event, Events
from tenants.rights import audience
from tenants.rights.access import Actor, ActorKind, Permission
from tests.api.actors import Cast, agent, bearer, gathered, key, machine, tenant_id
from tests.api.oauth.house import House, opened
from tests.api.site import new_database

MARK = "catalog.changed"


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    folder = tmp_path_factory.mktemp("house")
    database = await new_database(folder)
    async with opened(database, folder) as running:
        yield running
    await database.close()


@asynccontextmanager
async def watching(cast: Cast, reader: httpx2.AsyncClient) -> AsyncGenerator[AsyncIterator[tuple[str, Any]]]:
    async with reader.stream("GET", f"{cast.api}/events") as stream:
        assert stream.status_code == 200
        yield _events(stream)


async def _events(stream: httpx2.Response) -> AsyncIterator[tuple[str, Any]]:
    kind = ""
    async for line in stream.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)


async def tell(cast: Cast, kind: str, **data: Any) -> None:
    """Tell it as soon as somebody listens: the stream's head may come before its subscription."""
    tenant = await tenant_id(cast)
    cast.company.house.database.events.publish(tenant, kind, data)


async def ended(cast: Cast, events: AsyncIterator[tuple[str, Any]]) -> list[str]:
    """What is still told until the stream ends, while the tenant goes on."""
    seen: list[str] = []

    async def read() -> None:
        async for kind, _ in events:
            seen.append(kind)

    task = asyncio.create_task(read())
    async with asyncio.timeout(120):
        while not task.done():
            await tell(cast, "run.finished", run="run_1", tool="t", principal="somebody")
            await asyncio.wait({task}, timeout=0.05)
    await task
    return seen


async def heard(cast: Cast, events: AsyncIterator[tuple[str, Any]], *told: tuple[str, Any]) -> list[tuple[str, Any]]:
    """What a reader is told of `told`, between two marks that everybody hears."""
    stop = asyncio.Event()

    async def mark() -> None:
        while not stop.is_set():
            await tell(cast, MARK, catalog_version=1)
            await asyncio.wait({asyncio.ensure_future(stop.wait())}, timeout=0.05)

    marking = asyncio.create_task(mark())
    async with asyncio.timeout(120):
        await anext(events)
    stop.set()
    await marking
    for kind, data in told:
        await tell(cast, kind, **data)
    await tell(cast, "tool.changed", tool="the last")
    found: list[tuple[str, Any]] = []
    async with asyncio.timeout(120):
        async for kind, data in events:
            if kind == "tool.changed":
                return found
            if kind != MARK:
                found.append((kind, data))
    raise AssertionError("the stream ended")


@pytest.mark.parametrize("way", ["key", "key of a key", "session", "membership", "agent", "machine", "member's key"])
async def test_a_stream_ends_when_what_opened_it_has_ended(house: House, way: str) -> None:
    """M3: it went on after the key was revoked and after the member was removed."""
    cast = await gathered(house)
    author, owner = cast.by["author"], cast.by["owner"]
    member = f"{cast.api}/members/{cast.ids['author']}"
    reader, end = author, ("DELETE", member)
    match way:
        case "key" | "key of a key":
            parent = bearer(house, await key(author, cast.company, "tools:call", "runs:read", "keys:manage"))
            found = (await author.get(f"{cast.api}/api-keys")).json()["items"][0]["id"]
            end = ("DELETE", f"{cast.api}/api-keys/{found}")
            scopes = ("tools:call", "runs:read")
            reader = parent if way == "key" else bearer(house, await key(parent, cast.company, *scopes))
        case "session":
            end = ("DELETE", "/api/v1/session")
            owner = author
        case "agent" | "machine":
            made = agent if way == "agent" else machine
            reader = bearer(house, await made(cast.company, author))
            grant = (await author.get(f"{cast.api}/clients")).json()["items"][0]["id"]
            end = ("DELETE", f"{cast.api}/clients/{grant}")
        case "member's key":
            reader = bearer(house, await key(author, cast.company, "tools:call", "runs:read"))
        case _:
            pass
    async with watching(cast, reader) as events:
        assert await heard(cast, events, ("run.finished", {"run": "r", "principal": "x"})) == [
            ("run.finished", {"run": "r"})
        ]
        assert (await owner.request(*end)).status_code == 204
        assert await ended(cast, events) == []


async def test_a_reader_is_told_of_what_they_may_read(house: House) -> None:
    cast = await gathered(house)
    caller = bearer(house, await key(cast.by["owner"], cast.company, "tools:call"))
    mine = (await cast.by["owner"].get(f"{cast.api}/api-keys")).json()["items"][0]["id"]
    told = [
        ("run.started", {"run": "run_other", "tool": "t", "principal": "key_other"}),
        ("run.progress", {"run": "run_other", "progress": {"message": "John Doe"}, "principal": "key_other"}),
        ("question.asked", {"question": "qst_other", "run": "run_other", "principal": "key_other"}),
        ("run.started", {"run": "run_mine", "tool": "t", "principal": mine}),
        ("question.asked", {"question": "qst_mine", "run": "run_mine", "principal": mine}),
        ("version.moved", {"tool": "t", "version": 1, "state": "live"}),
        ("member.joined", {"email": "x"}),
    ]
    async with watching(cast, caller) as events:
        assert await heard(cast, events, *told) == [
            ("run.started", {"run": "run_mine", "tool": "t"}),
            ("question.asked", {"question": "qst_mine", "run": "run_mine"}),
            ("version.moved", {"tool": "t", "version": 1, "state": "live"}),
        ]


async def test_a_reader_who_is_demoted_is_told_less_from_then_on(house: House) -> None:
    cast = await gathered(house)
    reader = bearer(house, await key(cast.by["approver"], cast.company, "tools:call", "secrets:manage"))
    told = ("secret.changed", {"subject": "stripe"})
    async with watching(cast, reader) as events:
        assert [kind for kind, _ in await heard(cast, events, told)] == ["secret.changed"]
        await cast.send("owner", "PATCH", f"/members/{cast.ids['approver']}", {"role": "author"})
        assert await heard(cast, events, told) == []


READS = {
    "run.started": Permission.RUNS_READ,
    "run.progress": Permission.RUNS_READ,
    "run.suspended": Permission.RUNS_READ,
    "run.finished": Permission.RUNS_READ,
    "question.asked": Permission.RUNS_READ,
    "question.answered": Permission.RUNS_READ,
    "version.moved": Permission.TOOLS_READ,
    "version.gate": Permission.TOOLS_READ,
    "version.rolled_back": Permission.TOOLS_READ,
    "version.generating": Permission.RUNS_READ,
    "tool.changed": Permission.TOOLS_READ,
    "catalog.changed": Permission.TOOLS_READ,
    "secret.changed": Permission.SECRETS_MANAGE,
    "agent.connected": Permission.MEMBERS_MANAGE,
}


@pytest.mark.parametrize("kind", [*READS, "member.joined", "run", "", "runs.started", "RUN.started", "events.other"])
@pytest.mark.parametrize("own", [True, False])
def test_each_kind_needs_the_permission_that_reads_its_noun(kind: str, *, own: bool) -> None:
    needed = READS.get(kind)
    for held in (frozenset[Permission](), *(frozenset({one}) for one in Permission), frozenset(Permission)):
        actor = Actor(ActorKind.API_KEY, "key_1", "k", "ten_1", "t", "usr_1", held)
        principal = "key_1" if own else "key_2"
        shown = audience.shown(actor, Event(kind, {"run": "r", "principal": principal}))
        is_ours = own and kind.startswith(("run.", "question.")) and Permission.TOOLS_CALL in held
        reads_runs = kind == "run" and Permission.RUNS_READ in held
        expected = (needed is not None and needed in held) or is_ours or reads_runs
        assert (shown is not None) is expected, (kind, held)
        assert "principal" not in (shown or {})


@pytest.mark.parametrize("asker", ["usr_1", "usr_2", "", None, "key_1", "usr_1 ", "USR_1"])
@pytest.mark.parametrize("reader", ["usr_1", None])
def test_a_source_is_told_as_it_is_written_to_nobody_but_the_person_who_asked_for_it(
    asker: str | None, reader: str | None
) -> None:
    actor = Actor(ActorKind.API_KEY, "key_1", "k", "ten_1", "t", reader, frozenset(Permission))
    data = {"tool": "t", "phase": "writing", "added": "def t", "characters": 5, "asker": asker}
    shown = audience.shown(actor, Event("version.generating", data)) or {}
    rest = {"tool": "t", "phase": "writing", "characters": 5}
    assert shown == (rest | {"added": "def t"} if asker == reader == "usr_1" else rest)


async def told_after(events: Events, after: str | None) -> list[tuple[str, Any]]:
    """What a stream that is opened now and goes on from `after` is told at once."""
    with events.subscribe("ten_1", after) as stream:
        events.publish("ten_1", "end", {})
        found: list[tuple[str, Any]] = []
        async for event in stream:
            if event.kind == "end":
                return found
            found.append((event.kind, event.data))
    raise AssertionError("it ended")


MISSED: list[tuple[str, Any]] = [("events.missed", {})]


async def test_a_stream_that_was_cut_off_goes_on_from_the_last_event() -> None:
    events = Events()
    start = events.place
    for number in range(3):
        events.publish("ten_1", "run.started", {"run": number})
        events.publish("ten_2", "run.started", {"run": "another tenant's"})
    assert await told_after(events, start) == [("run.started", {"run": number}) for number in range(3)]
    assert await told_after(events, None) == []
    assert await told_after(events, events.place) == []


@pytest.mark.parametrize(
    "after",
    [
        "", "-", "x", "0", "1", "-1", "other-1", "other-", "{name}", "{name}-", "{name}--1", "{name}- 1", "{name}-1 ",
        "{name}-x", "{name}-1.0", "{name}-1e3", "{name}-0x1", "{name}-\u0661", "{name}-\u00b2", "{name}-9999999999",
        "{name}-" + "9" * 5_000, "{name}x-1", "x{name}-1", " {name}-1", "{name}_1", "events.missed", "{name}-1-1",
        "{NAME}-1x",
    ],
)  # fmt: skip
async def test_an_id_that_nothing_can_go_on_from_says_that_something_was_missed(after: str) -> None:
    events = Events()
    events.publish("ten_1", "run.started", {"run": 1})
    given = after.replace("{name}", events.name).replace("{NAME}", events.name.upper())
    assert await told_after(events, given) == MISSED


async def test_what_is_not_kept_any_more_was_missed() -> None:
    events = Events()
    start = events.place
    for number in range(5_000):
        events.publish("ten_2", "run.started", {"run": number})
    late = events.place
    events.publish("ten_1", "run.started", {"run": "mine"})
    assert await told_after(events, start) == MISSED
    assert await told_after(events, late) == [("run.started", {"run": "mine"})]
    before = events.place
    events.miss()
    assert await told_after(events, before) == MISSED


async def test_a_reader_goes_on_over_the_wire_and_is_told_no_more_than_they_may_read(house: House) -> None:
    cast = await gathered(house)
    owner = cast.by["owner"]
    caller = bearer(house, await key(owner, cast.company, "tools:call"))
    async with caller.stream("GET", f"{cast.api}/events") as stream:
        start = await first_id(stream)
    await tell(cast, "run.started", run="run_other", principal="key_other")
    await tell(cast, "tool.changed", tool="t")
    for headers, expected in (
        ({"Last-Event-ID": start}, [("tool.changed", {"tool": "t"})]),
        ({"last-event-id": "of another process-7"}, MISSED),
    ):
        async with caller.stream("GET", f"{cast.api}/events", headers=headers) as stream, asyncio.timeout(120):
            assert [await anext(_events(stream))] == expected


async def first_id(stream: httpx2.Response) -> str:
    async with asyncio.timeout(120):
        async for line in stream.aiter_lines():
            if line.startswith("id: "):
                return line.removeprefix("id: ")
    raise AssertionError("the stream ended")
