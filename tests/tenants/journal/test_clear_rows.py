"""Rows from before there were seals are sealed by and by: afterwards nothing of them lies in clear anywhere."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text, func, select, type_coerce

from tenants import housekeeping
from tenants.base.content_keys import MARK, SealedObject, SealedText
from tenants.base.db import Base, Database
from tenants.journal import clear_rows
from tenants.models import Run
from tenants.rights.access import Actor
from tenants.runs import replays, runs, suspensions
from tenants.runtime import Runtime
from tests.tenants.journal.conftest import Process
from tests.tenants.journal.test_sealed_contents import GRANT, KEEPER, PLANTED, Echo, kept
from tests.tenants.workshop import make_tenant, make_tool

SEALED = [
    (table, column)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, SealedText | SealedObject)
]

RUNS = Base.metadata.tables["runs"]


@pytest.fixture
async def runtime(process: Process, actor: Actor) -> Runtime:
    runtime = process(Echo())
    await make_tool(runtime, actor, KEEPER, GRANT)
    return runtime


async def opened(database: Database) -> int:
    """Put every sealed value back as it lay before migration 0015; how many there were."""
    many = 0
    await database.learn_content_keys()
    async with database.system() as session:
        for table, column in SEALED:
            lying = type_coerce(column, Text)
            keys = list(table.primary_key.columns)
            for text, *key in (await session.execute(select(lying, *keys).where(lying.like(f"{MARK}%")))).all():
                this = [one == value for one, value in zip(keys, key, strict=True)]
                clear = type_coerce(database.content_keys.open(text), Text)
                await session.execute(table.update().where(*this).values({column.name: clear}))
                many += 1
    return many


async def sealed_everywhere(database: Database) -> bool:
    async with database.system_reading() as session:
        for table, column in SEALED:
            lying = type_coerce(column, Text)
            clear = select(func.count()).select_from(table).where(lying != "", ~lying.like(f"{MARK}%"))
            if await session.scalar(clear):
                return False
    return True


async def everything(database: Database) -> str:
    """Every column of every table, as whoever reads the database sees it."""
    texts: list[str] = []
    async with database.system_reading() as session:
        connection = await session.connection()
        for table in Base.metadata.sorted_tables:
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            rows = await connection.exec_driver_sql(f"SELECT {columns} FROM {table.name}")  # noqa: S608 - names of ours
            texts += [str(value) for row in rows for value in row]
    return "\n".join(texts)


async def ran(runtime: Runtime, actor: Actor) -> list[Run]:
    given: list[dict[str, Any]] = [{}, {"fails": True}, {"asks": True}]
    return [(await runs.call(runtime, actor, "work", {"secret_note": PLANTED, **more})).run for more in given]


async def test_what_lay_in_clear_is_sealed_and_reads_as_before(runtime: Runtime, actor: Actor) -> None:
    database = runtime.database
    returned, failed, asking = await ran(runtime, actor)
    assert await opened(database) >= 15
    assert PLANTED in await kept(database)
    assert await clear_rows.seal(database) >= 10
    assert await sealed_everywhere(database)
    assert PLANTED not in await everything(database)
    async with database.reading(actor.tenant_id) as session:
        read = await runs.read(session, actor, returned.id)
        again = await runs.read(session, actor, failed.id)
        (question,) = (await suspensions.questions(session, actor, is_open=True)).items
    assert json.loads(read.result or "") == {"note": PLANTED}
    assert PLANTED in read.log
    assert (again.error or {})["details"]["note"] == PLANTED
    assert (question.run_id, question.question) == (asking.id, f"May {PLANTED}?")
    assert (await replays.replay(runtime, actor, returned.id)).differences == []


async def test_it_is_done_a_few_at_a_time_and_goes_on_where_it_was_interrupted(
    runtime: Runtime, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await ran(runtime, actor)
    await opened(runtime.database)
    monkeypatch.setattr(clear_rows, "AT_ONCE", 2)
    batches = 0

    async def interrupted(*given: Any) -> list[Any]:
        nonlocal batches
        batches += 1
        if batches == 3:
            raise ConnectionError
        return await unpatched(*given)

    unpatched = clear_rows._clear_rows  # pyright: ignore[reportPrivateUsage] - where it is interrupted
    monkeypatch.setattr(clear_rows, "_clear_rows", interrupted)
    with pytest.raises(ConnectionError):
        await clear_rows.seal(runtime.database)
    assert not await sealed_everywhere(runtime.database)
    await clear_rows.seal(runtime.database)
    assert await sealed_everywhere(runtime.database)
    assert await clear_rows.seal(runtime.database) == 0


async def test_what_is_sealed_already_is_left_as_it_is(runtime: Runtime, actor: Actor) -> None:
    await ran(runtime, actor)
    before = await everything(runtime.database)
    assert await clear_rows.seal(runtime.database) == 0
    assert await everything(runtime.database) == before


async def test_a_run_that_began_before_and_ended_after_keeps_what_is_sealed_of_it(
    runtime: Runtime, actor: Actor
) -> None:
    run = (await ran(runtime, actor))[0]
    async with runtime.database.system() as session:
        clear = type_coerce('{"secret_note": "old"}', Text)
        await session.execute(RUNS.update().where(RUNS.c.id == run.id).values(arguments=clear))
    assert await clear_rows.seal(runtime.database) == 1
    async with runtime.database.reading(actor.tenant_id) as session:
        read = await runs.read(session, actor, run.id)
    assert (read.arguments, json.loads(read.result or "")) == ('{"secret_note": "old"}', {"note": PLANTED})
    assert await sealed_everywhere(runtime.database)


async def test_each_row_is_sealed_with_its_own_tenants_key(runtime: Runtime, actor: Actor) -> None:
    other = await make_tenant(runtime.database)
    await make_tool(runtime, other, KEEPER, GRANT)
    both = [(await ran(runtime, one))[0] for one in (actor, other)]
    await opened(runtime.database)
    await clear_rows.seal(runtime.database)
    lying = type_coerce(RUNS.c.arguments, Text)
    async with runtime.database.system_reading() as session:
        heads = [
            (await session.scalar(select(func.substr(lying, 1, 16)).where(Run.id == run.id))) or "" for run in both
        ]
    mine, theirs = (runtime.database.content_keys.seal(one.tenant_id, "x")[: len(MARK) + 12] for one in (actor, other))
    assert [mine.startswith(heads[0]), theirs.startswith(heads[1])] == [True, True]
    assert mine != theirs


async def test_housekeeping_does_it(runtime: Runtime, actor: Actor) -> None:
    await ran(runtime, actor)
    await opened(runtime.database)
    await housekeeping.clear(runtime)
    assert await sealed_everywhere(runtime.database)


async def test_the_file_itself_holds_nothing_of_it_any_more(runtime: Runtime, actor: Actor, tmp_path: Path) -> None:
    if not runtime.database.is_sqlite:
        pytest.skip("what PostgreSQL's vacuum has not come by yet lies on")
    await ran(runtime, actor)
    await opened(runtime.database)
    assert PLANTED.encode() in b"".join(path.read_bytes() for path in tmp_path.glob("test.db*"))
    await clear_rows.seal(runtime.database)
    assert PLANTED.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("test.db*"))
