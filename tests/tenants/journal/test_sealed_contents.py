"""Whoever reads the database, a backup or a stolen disk learns that tools ran, and nothing of what they were given."""

import json

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import String, Table, cast, func, select, update

from sandbox import HostCall, HostReply
from tenants.base.content_keys import ContentKeys, SealedObject, SealedText, UnknownContentKeyError, clear_bytes
from tenants.base.db import ContentKey, Database, now
from tenants.base.key_ring import BadRingError, Ring
from tenants.models import Base, Question, Run
from tenants.rights.access import Actor
from tenants.runs import replays, runs, suspensions
from tenants.runtime import Runtime
from tenants.stores import platform_keys
from tenants.stores.vault import Vault
from tests.databases import RING
from tests.tenants.journal.conftest import Process
from tests.tenants.workshop import World, make_tool

PLANTED = "Zw-9157-depression"
GRANT = {"kv": ["tool/*"], "approvals": ["ask approver"]}
KEEPER = """
from sealwright import ToolError, approvals, kv, log, progress

def work(secret_note: str, fails: bool = False, asks: bool = False) -> dict:
    log.info("noted " + secret_note)
    print("printed " + secret_note)
    progress(1, 2, "at " + secret_note)
    kv.set("key " + secret_note, secret_note)
    if asks:
        approvals.ask("May " + secret_note + "?", details={"note": secret_note})
    if fails:
        raise ToolError("gone_wrong", "cannot do " + secret_note, details={"note": secret_note})
    return {"note": secret_note}
"""


@pytest.fixture
async def runtime(process: Process, actor: Actor) -> Runtime:
    runtime = process(Echo())
    await make_tool(runtime, actor, KEEPER, GRANT)
    return runtime


class Echo(World):
    """A world that says back what it was told."""

    async def answer(self, call: HostCall) -> HostReply:
        await super().answer(call)
        return HostReply(value=dict(call.payload))


async def kept(database: Database) -> str:
    """Everything that lies in the tables of runs, as whoever reads the database sees it."""
    texts: list[str] = []
    async with database.system_reading() as session:
        connection = await session.connection()
        for name in ("runs", "journal_entries", "questions", "webhook_deliveries"):
            table = Table(name, Base.metadata, autoload_replace=False)
            columns = ", ".join(f"CAST({column.name} AS TEXT)" for column in table.columns)
            rows = await connection.exec_driver_sql(f"SELECT {columns} FROM {name}")  # noqa: S608 - names of ours
            texts += [str(value) for row in rows for value in row]
    return "\n".join(texts)


async def test_nothing_that_a_run_holds_lies_in_clear(runtime: Runtime, actor: Actor) -> None:
    for more in ({}, {"fails": True}, {"asks": True}):
        await runs.call(runtime, actor, "work", {"secret_note": PLANTED, **more})
    lying = await kept(runtime.database)
    assert PLANTED not in lying
    assert "gone_wrong" in lying  # the code, so that failures can be counted


async def test_it_reads_as_it_was_written(runtime: Runtime, actor: Actor) -> None:
    returned = (await runs.call(runtime, actor, "work", {"secret_note": PLANTED})).run
    failed = (await runs.call(runtime, actor, "work", {"secret_note": PLANTED, "fails": True})).run
    asking = (await runs.call(runtime, actor, "work", {"secret_note": PLANTED, "asks": True})).run
    async with runtime.database.reading(actor.tenant_id) as session:
        read = await runs.read(session, actor, returned.id)
        again = await runs.read(session, actor, failed.id)
        question = (await suspensions.questions(session, actor, is_open=True)).items[0]
    assert json.loads(read.result or "") == {"note": PLANTED}
    assert json.loads(read.arguments) == {"secret_note": PLANTED}
    assert PLANTED in read.log
    assert PLANTED in str(read.progress)
    assert (again.error or {})["details"]["note"] == PLANTED
    assert (again.error_code, again.outcome) == ("gone_wrong", "failed")
    assert (question.run_id, question.question) == (asking.id, f"May {PLANTED}?")
    assert question.details_value == {"note": PLANTED}


async def test_an_answer_is_sealed_and_the_run_goes_on_with_it(runtime: Runtime, actor: Actor) -> None:
    run = (await runs.call(runtime, actor, "work", {"secret_note": "x", "asks": True})).run
    async with runtime.database.unit(actor.tenant_id) as session:
        question = (await suspensions.questions(session, actor, is_open=True)).items[0]
        await suspensions.answer(session, actor, question.id, approved=True, comment=PLANTED)
        assert question.answer == {"approved": True, "by": actor.label, "comment": PLANTED}
    assert PLANTED not in await kept(runtime.database)
    async with runtime.database.reading(actor.tenant_id) as session:
        read = await session.get_one(Question, question.id)
    assert (read.run_id, (read.answer or {})["comment"]) == (run.id, PLANTED)


async def test_replay_and_idempotency_go_by_what_was_sealed(runtime: Runtime, actor: Actor) -> None:
    run = (await runs.call(runtime, actor, "work", {"secret_note": PLANTED}, idempotency_key="k")).run
    same = (await runs.call(runtime, actor, "work", {"secret_note": PLANTED}, idempotency_key="k")).run
    again = await replays.replay(runtime, actor, run.id)
    assert same.id == run.id
    assert again.differences == []


async def test_equal_contents_do_not_lie_there_alike(runtime: Runtime, actor: Actor) -> None:
    for _ in range(2):
        await runs.call(runtime, actor, "work", {"secret_note": PLANTED})
    async with runtime.database.reading(actor.tenant_id) as session:
        raw = await session.execute(select(*(cast(column, String) for column in (Run.arguments, Run.arguments_hash))))
    arguments, hashes = zip(*raw.all(), strict=True)
    assert len(set(arguments)) == len(set(hashes)) == 2


async def test_another_platform_key_opens_nothing(runtime: Runtime, actor: Actor) -> None:
    await runs.call(runtime, actor, "work", {"secret_note": PLANTED})
    stolen = Database(runtime.database.url, Ring({"k1": b"x" * 32}))
    with pytest.raises(BadRingError, match="'k1' is not the one"):
        async with stolen.reading(actor.tenant_id):
            pass
    await stolen.close()
    missing = Database(runtime.database.url, Ring({"k2": b"x" * 32}))
    with pytest.raises(BadRingError, match="'k1' is missing"):
        async with missing.reading(actor.tenant_id):
            pass
    await missing.close()


async def test_a_changed_or_foreign_seal_does_not_open(database: Database, actor: Actor) -> None:
    async with database.reading(actor.tenant_id):
        keys = database.content_keys
    sealed = keys.seal(actor.tenant_id, PLANTED)
    for changed in (sealed[:-4] + "AAA=", sealed[:30] + ("A" if sealed[30] != "A" else "B") + sealed[31:]):
        with pytest.raises(InvalidTag):
            keys.open(changed)
    with pytest.raises(UnknownContentKeyError):
        ContentKeys(RING).open(sealed)
    with pytest.raises(UnknownContentKeyError):
        ContentKeys(RING).seal(actor.tenant_id, PLANTED)


async def test_what_does_not_say_whose_it_is_cannot_be_written(runtime: Runtime, actor: Actor) -> None:
    run = (await runs.call(runtime, actor, "work", {"secret_note": PLANTED})).run
    with pytest.raises(Exception, match="owned by a tenant"):
        async with runtime.database.unit(actor.tenant_id) as session:
            await session.execute(update(Run).where(Run.id == run.id).values(log="in clear"))


async def test_rows_from_before_there_were_seals_read_on(runtime: Runtime, actor: Actor) -> None:
    run = (await runs.call(runtime, actor, "work", {"secret_note": PLANTED})).run
    async with runtime.database.system() as session:
        connection = await session.connection()
        arguments, error = '{"secret_note": "old"}', '{"code": "x", "message": "old"}'
        await connection.exec_driver_sql(f"UPDATE runs SET arguments = '{arguments}', error = '{error}'")  # noqa: S608
    async with runtime.database.reading(actor.tenant_id) as session:
        read = await session.get_one(Run, run.id)
    assert (read.arguments, read.error) == (arguments, json.loads(error))


async def test_a_renewed_key_seals_what_comes_and_the_old_one_opens_what_was(runtime: Runtime, actor: Actor) -> None:
    before = (await runs.call(runtime, actor, "work", {"secret_note": "before"})).run
    vault = Vault(runtime.database, RING)
    async with runtime.database.unit(actor.tenant_id) as session:
        await vault.renew(session, actor)
        for key in await session.scalars(select(ContentKey).where(ContentKey.number == 2)):
            key.seals_from = now()  # as if a minute had passed
    await runtime.database.learn_content_keys()
    after = (await runs.call(runtime, actor, "work", {"secret_note": "after"})).run
    async with runtime.database.reading(actor.tenant_id) as session:
        heads = dict((await session.execute(select(Run.id, func.substr(cast(Run.arguments, String), 1, 16)))).all())
        read = [json.loads((await session.get_one(Run, run.id)).arguments)["secret_note"] for run in (before, after)]
    assert heads[before.id] != heads[after.id]
    assert read == ["before", "after"]


async def test_a_key_that_was_just_added_does_not_seal_yet(database: Database, actor: Actor) -> None:
    async with database.unit(actor.tenant_id) as session:
        await database.add_content_key(session, actor.tenant_id, 2)
    first = database.content_keys.seal(actor.tenant_id, "x")
    await database.learn_content_keys()
    assert database.content_keys.seal(actor.tenant_id, "x")[:16] == first[:16]


async def test_a_new_platform_key_wraps_them_anew(database: Database, actor: Actor) -> None:
    async with database.reading(actor.tenant_id):
        sealed = database.content_keys.seal(actor.tenant_id, PLANTED)
    both, second = Ring({"k2": b"2" * 32, **RING.keys}), Ring({"k2": b"2" * 32})
    rotating, later = Database(database.url, both), Database(database.url, second)
    assert await platform_keys.wrap_anew(rotating, both) == 1
    async with later.reading(actor.tenant_id):
        assert later.content_keys.open(sealed) == PLANTED
    await rotating.close()
    await later.close()


async def test_two_processes_that_meet_a_tenant_at_once_have_one_key(database: Database, actor: Actor) -> None:
    other = Database(database.url, RING)
    async with database.reading(actor.tenant_id), other.reading(actor.tenant_id):
        assert other.content_keys.open(database.content_keys.seal(actor.tenant_id, PLANTED)) == PLANTED
    await other.close()


async def test_sizes_are_told_without_opening(database: Database, actor: Actor) -> None:
    async with database.reading(actor.tenant_id):
        for size in (1, 10, 1_000, 50_001):
            sealed = database.content_keys.seal(actor.tenant_id, "x" * size)
            assert abs(clear_bytes(len(sealed)) - size) <= 2


def test_every_text_of_a_run_is_a_sealed_column() -> None:
    """A new column that holds what a run was given or said is sealed, or is named here with the reason."""
    in_clear = {
        "runs": {"caller"},  # who called, not what with
        "journal_entries": set[str](),
        "questions": {"answered_by"},
    }
    from sqlalchemy import JSON, Text

    for name, known in in_clear.items():
        columns = Base.metadata.tables[name].columns
        wide = {
            column.name
            for column in columns
            if isinstance(column.type, Text | JSON) and not isinstance(column.type, SealedText | SealedObject)
        }
        assert wide == known
