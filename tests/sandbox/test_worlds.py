import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sandbox import HostCall
from sandbox.worlds import InvalidWorld, World


async def ask(world: World, capability: str, operation: str, /, **payload: Any) -> Any:
    reply = await world.answer(HostCall(0, capability, operation, payload))
    return reply.value if reply.fault is None else reply.fault.code


async def test_a_route_answers_its_most_exact_request():
    world = World(
        {
            "http": {
                "GET https://a.example/deals": {"json": [0]},
                "GET https://a.example/deals?page=2": {"status": 206, "json": [2]},
                "GET https://a.example/*": {"status": 404, "text": "no"},
            }
        }
    )

    assert (await ask(world, "http", "request", method="GET", url="https://a.example/deals?page=1"))["text"] == "[0]"
    asked = {"method": "GET", "url": "https://a.example/deals", "params": {"page": 2}}
    assert (await ask(world, "http", "request", **asked))["status"] == 206
    assert (await ask(world, "http", "request", method="GET", url="https://a.example/x"))["status"] == 404
    assert await ask(world, "http", "request", method="GET", url="https://b.example/x") == "unreachable"
    assert world.deeds == []


async def test_a_list_of_responses_is_given_out_one_by_one():
    world = World({"http": {"POST https://a.example/": [{"status": 503}, {"status": 200}]}})

    statuses = [
        (await ask(world, "http", "request", method="POST", url="https://a.example/"))["status"] for _ in range(3)
    ]
    assert statuses == [503, 200, 200]
    assert [deed.capability for deed in world.deeds] == ["http"] * 3


async def test_a_batch_answers_in_order_and_carries_faults():
    world = World({"http": {"GET https://a.example/": {"fault": {"code": "timeout", "message": "too slow"}}}})
    one = {"method": "GET", "url": "https://a.example/"}

    answers = await ask(world, "http", "send_many", requests=[one])
    assert answers == [
        {"fault": {"code": "timeout", "message": "too slow", "hint": None, "details": {"retryable": True}}}
    ]


async def test_mail_is_kept_and_refused_by_address():
    world = World({"email": {"rejected": {"x@e.example": "550"}, "uncertain": {"u@e.example": "lost"}}})
    said = {"subject": "Hi", "text": "Hello"}
    messages = [{"to": "a@e.example", "key": "k", **said}, {"to": "x@e.example", **said}, {"to": "u@e.example", **said}]

    answers = await ask(world, "email", "send_many", messages=messages)
    assert [answer["status"] for answer in answers] == ["sent", "rejected", "uncertain"]
    assert await ask(world, "email", "send", to="x@e.example", **said) == "rejected"
    again = await ask(world, "email", "send", to="a@e.example", key="k", **said)
    assert again == {"status": "sent", "id": "message-1"}
    assert len(world.deeds) == 1


async def test_the_ledger_gives_a_key_to_one_claim():
    world = World({"ledger": {"done": ["a"], "in_flight": ["b"]}})

    assert await ask(world, "ledger", "claim", keys=["a", "b", "c"]) == ["done", "in_flight", "claimed"]
    assert await ask(world, "ledger", "claim", keys=["c"]) == ["in_flight"]
    await ask(world, "ledger", "release", keys=["c", "a"])
    assert await ask(world, "ledger", "claim", keys=["c", "a"]) == ["claimed", "done"]
    await ask(world, "ledger", "done", keys=["c"])
    assert await ask(world, "ledger", "is_done", key="c") is True


async def test_values_and_files_are_kept():
    world = World({"kv": {"tool": {"n": 1}}, "files": {"in/a.csv": "x,y"}})

    assert await ask(world, "kv", "compare_and_set", key="n", expected=2, value=3) is False
    assert await ask(world, "kv", "compare_and_set", key="n", expected=1, value=3) is True
    assert await ask(world, "kv", "get", key="n") == 3
    assert await ask(world, "kv", "get", key="n", scope="tenant") is None
    assert await ask(world, "files", "read", path="in/a.csv") == {"base64": "eCx5"}
    await ask(world, "files", "write", path="out", base64="eA==")
    assert await ask(world, "files", "list", prefix="") == [
        {"path": "in/a.csv", "size": 3},
        {"path": "out", "size": 1},
    ]
    assert await ask(world, "files", "read", path="none") == "not_found"
    assert await ask(world, "files", "write", path="out", base64="eQ==", create_only=True) == "exists"
    assert await ask(world, "files", "link", path="in/a.csv") == {
        "url": "https://files.example/in/a.csv?expires_s=3600"
    }
    assert await ask(world, "files", "link", path="none") == "not_found"


async def test_a_database_answers_queries_and_keeps_changes():
    world = World({"sql": {"crm": "create table t(a); insert into t values (1), (2)"}})

    rows = await ask(
        world, "sql", "query", database="crm", statement="select a from t where a > :n", parameters={"n": 1}
    )
    assert rows == [{"a": 2}]
    assert await ask(world, "sql", "execute", database="crm", statement="delete from t") == 2
    assert await ask(world, "sql", "query", database="crm", statement="delete from t") == "malformed_request"


@pytest.mark.parametrize(
    "statement",
    [
        "attach '/tmp/x.db' as x",
        "pragma temp_store_directory = '/tmp'",
        "vacuum into '/tmp/x.db'",
    ],
)
async def test_a_database_in_memory_reaches_no_file(statement: str):
    world = World({"sql": {"crm": "create table t(a)"}})

    assert await ask(world, "sql", "execute", database="crm", statement=statement) == "malformed_request"


async def test_tools_and_people_answer_as_told():
    world = World({"tools": {"t": [{"result": 1}, {"error": {"code": "bad"}}]}, "approvals": {"approved": True}})

    assert [await ask(world, "tools", "call", name="t", arguments={}) for _ in range(2)] == [1, "bad"]
    assert (await ask(world, "approvals", "ask", question="?"))["approved"] is True


async def test_sleeping_moves_only_the_tools_clock():
    reply = await World().answer(HostCall(0, "clock", "sleep", {"seconds": 86400}))

    assert reply.elapsed_ns == 86_400_000_000_000


async def test_a_malformed_request_is_a_fault():
    assert await ask(World(), "files", "write", path="a", base64="!") == "malformed_request"
    assert await ask(World(), "kv", "set") == "malformed_request"


@pytest.mark.parametrize(
    "given",
    [
        {"https": {}},
        {"http": []},
        {"http": {"https://a.example/": {}}},
        {"http": {"GET https://u@a.example/": {}}},
        {"http": {"GET https://a.example/": []}},
        {"ledger": {"done": "a"}},
        {"sql": {"crm": "create nonsense"}},
        {"now": "yesterday"},
    ],
)
def test_a_world_that_cannot_be_read_says_where(given: Mapping[str, Any]):
    with pytest.raises(InvalidWorld, match="world"):
        World(given)


def test_a_world_starts_at_its_own_moment():
    assert World({"now": "1970-01-01T00:00:01Z"}).started_at_ns == 1_000_000_000


@pytest.mark.parametrize(
    "script",
    [
        "ATTACH DATABASE '{folder}/theirs.db' AS m; CREATE TABLE t AS SELECT * FROM m.users;",
        "attach '{folder}/new.db' as m",
        "ATTACH 'file:{folder}/theirs.db?mode=ro' AS m",
        "SELECT 1; /* quietly */ ATTACH ('{folder}/' || 'theirs.db') AS m",
        "VACUUM INTO '{folder}/new.db'",
        "CREATE TABLE t AS SELECT * FROM pragma_database_list",
        "PRAGMA temp_store_directory = '{folder}'",
        "SELECT hex(fts3_tokenizer('simple'))",
        "CREATE VIRTUAL TABLE t USING fts3tokenize",
        "SELECT load_extension('{folder}/theirs.so')",
        "SELECT length(hex(zeroblob(300000000)))",
    ],
)
def test_the_script_of_a_canned_database_reaches_no_file(script: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as theirs:
        theirs.executescript("CREATE TABLE users (email); INSERT INTO users VALUES ('cfo@acme.example');")
    with pytest.raises(InvalidWorld, match=r"world\.sql\.db"):
        World({"sql": {"db": script.format(folder=tmp_path)}})
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.db"]
