"""Stories: cases of several calls in one world, read to their last key and run call by call."""

import copy
import json
from typing import Any

import pytest

from sandbox import Component, Finding, Image, Pool
from sandbox.worlds import InvalidWorld, World
from sandbox.worlds.clock import passed_ns
from tenants.confined import spec_rules
from tenants.confinement import spec_fields, spec_schemas
from tenants.gates import dry_runs
from tenants.gates.stated.steps import run_steps
from tenants.gates.strength import mutants
from tenants.gates.strength.bench import Bench
from tenants.schemas import json_schemas
from tests.gates.suite import KINDS, Tool, candidate_of, judge, tools

TOOLS = {str(tool): tool for tool in tools(KINDS) if tool.family.startswith("stories")}
DAYS, FILES, OTHERS = (
    TOOLS[name] for name in ("stories_of_days/once_a_day", "stories_of_files/keeps_the_last", "stories_of_others/asks_again")
)
WORLD: dict[str, Any] = {
    "now": "2026-06-01T09:00:00Z",
    "kv": {"tool": {"n": 1}},
    "files": {"a.txt": "x"},
    "sql": {"crm": "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL); INSERT INTO t VALUES (1, 10);"},
    "ledger": {"in_flight": ["b"]},
    "http": {"GET https://a.example/": {"json": 1}},
}


def spec_with(*calls: Any, world: Any = WORLD, **more: Any) -> dict[str, Any]:
    """The spec of the sound tool of days, with one story."""
    return {**DAYS.spec, "examples": [{"title": "a story", "world": world, "calls": [*calls], **more}]}


def call(**more: Any) -> dict[str, Any]:
    return {"arguments": {"customer": "ann@example.com"}, "result": {"status": "sent"}, **more}


GOOD: list[Any] = [
    None,
    {},
    {"later": "1 day"},
    {"later": "36 hours", "kv": {"tool": {"n": 2, "m": None}, "tenant": {"x": {"y": [1]}}}},
    {"later": "1 second"},
    {"later": "2 weeks"},
    {"later": "10 minutes", "files": {"a.txt": None, "b/c.csv": "a;b\n", "d.json": {"json": [1]}, "e": {"base64": "AAA="}}},
    {"sql": {"crm": "UPDATE t SET n = 11; INSERT INTO t VALUES (2, 20); DELETE FROM t WHERE id = 2"}},
    {"sql": {"crm": "CREATE TABLE u (id INTEGER)"}},
    {"ledger": {"done": ["c"], "in_flight": ["d"], "released": ["b"]}},
    {"http": {"GET https://a.example/": [{"status": 503}, {"json": 2}], "POST https://a.example/x": {"status": 201}}},
    {"tools": {"deals_find": {"result": []}}},
    {"email": {"unavailable": {"*": "421"}, "senders": ["acme.example"]}},
    {"approvals": {"approved": False, "comment": "no"}},
    {"approvals": [{"approved": True}, None]},
    {"faults": {"kv.get": {"code": "unavailable"}}},
]


@pytest.mark.parametrize("given", GOOD, ids=str)
def test_what_happens_meanwhile_can_be_anything_that_others_can_change(given: Any) -> None:
    spec = spec_with(call(), call(meanwhile=given))
    assert spec_rules.problems(spec) == []
    assert json_schemas.value_problems(spec_schemas.whole(), json.loads(json.dumps(spec))) == []


BAD: dict[str, tuple[Any, str]] = {
    "no object": ([], "must be an object"),
    "a text": ("1 day", "must be an object"),
    "an unknown part": ({"mail": {}}, "mail is unknown"),
    "a near miss": ({"emial": {}}, "Did you mean 'email'?"),
    "a near miss of the time": ({"latr": "1 day"}, "Did you mean 'later'?"),
    "a moment": ({"now": "2026-06-02T09:00:00Z"}, "now is unknown"),
    "secrets": ({"secrets": ["x"]}, "secrets is unknown"),
    "a number as a time": ({"later": 1}, '"1 day"'),
    "a time without a number": ({"later": "tomorrow"}, '"1 day"'),
    "a negative time": ({"later": "-1 day"}, '"1 day"'),
    "no time at all": ({"later": "0 days"}, '"1 day"'),
    "a broken number": ({"later": "1.5 days"}, '"1 day"'),
    "an unknown unit": ({"later": "1 month"}, '"1 day"'),
    "two units": ({"later": "1 day 2 hours"}, '"1 day"'),
    "a short unit": ({"later": "1d"}, '"1 day"'),
    "a time in ISO": ({"later": "P1D"}, '"1 day"'),
    "a century": ({"later": "5300 weeks"}, "at most 20 years"),
    "an unknown scope": ({"kv": {"tol": {}}}, "Did you mean 'tool'?"),
    "values as a list": ({"kv": {"tool": ["n"]}}, "must be an object"),
    "an empty key": ({"kv": {"tool": {"": 1}}}, "kv.tool"),
    "a path that is none": ({"files": {"../x": "y"}}, "files"),
    "a file in two ways": ({"files": {"x": {"text": "a", "json": 1}}}, "has one of"),
    "a database that there is not": ({"sql": {"erp": "SELECT 1"}}, "no database 'erp'"),
    "no statements": ({"sql": {"crm": [{"id": 1}]}}, "a text of SQL statements"),
    "broken SQL": ({"sql": {"crm": "UPDATE nobody SET n = 1"}}, "nobody"),
    "a row that cannot be": ({"sql": {"crm": "INSERT INTO t VALUES (1, 2)"}}, "UNIQUE"),
    "SQL that reaches out": ({"sql": {"crm": "ATTACH '/etc/passwd' AS x"}}, "sql.crm"),
    "an unknown state of a key": ({"ledger": {"relased": ["b"]}}, "Did you mean 'released'?"),
    "keys that are none": ({"ledger": {"done": [7]}}, "ledger"),
    "a route without its method": ({"http": {"https://a.example/": {}}}, "write a route as"),
    "a route of stars": ({"http": {"GET https://a.example/*": {"status": 99}}}, "status"),
    "an answer in two ways": ({"tools": {"x": {"result": 1, "error": {"code": "y"}}}}, "either a result or an error"),
    "a mail address that is none": ({"email": {"rejected": {"nobody": "550"}}}, "email.rejected"),
    "an answer that says nothing": ({"approvals": {"by": "Ann"}}, "whether it was approved"),
    "a fault of nobody": ({"faults": {"kvv": {"code": "x"}}}, "no capability 'kvv'"),
    "a fault without a code": ({"faults": {"kv": {}}}, "the code of the fault"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_happen_meanwhile_is_told_with_its_place(name: str) -> None:
    given, said = BAD[name]
    (found,) = spec_rules.problems(spec_with(call(), call(meanwhile=given)))
    assert found["path"].startswith("/examples/0/calls/1/meanwhile")
    assert said in found["message"] + str(found.get("hint"))


FORMS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no calls": ({"calls": []}, "/calls", "1 to 20 calls"),
    "too many": ({"calls": [call()] * 21}, "/calls", "1 to 20 calls"),
    "an object": ({"calls": {"first": call()}}, "/calls", "1 to 20 calls"),
    "null": ({"calls": None}, "/calls", "1 to 20 calls"),
    "a call that is none": ({"calls": [call(), 7]}, "/calls/1", "an object such as"),
    "a call without arguments": ({"calls": [{"result": {"status": "sent"}}]}, "/calls/0/arguments", "called with"),
    "a call without an answer": ({"calls": [{"arguments": {"customer": "ann@example.com"}}]}, "/calls/0", "either a result or an error"),
    "a call with two answers": ({"calls": [call(error="x")]}, "/calls/0", "either a result or an error"),
    "arguments that do not fit": ({"calls": [call(), call(arguments={"customer": 7})]}, "/calls/1/arguments/customer", ""),
    "a result that does not fit": ({"calls": [call(result={"status": "no"})]}, "/calls/0/result/status", ""),
    "an error without its code": ({"calls": [call(), {"arguments": {"customer": "ann@example.com"}, "error": {}}]}, "/calls/1/error", "code"),
    "an unknown field": ({"calls": [call(), call(effects=[])]}, "/calls/1/effects", "no field effects"),
    "a near miss": ({"calls": [call(), call(meanwile={})]}, "/calls/1/meanwile", "Did you mean meanwhile?"),
    "another near miss": ({"calls": [call(don={})]}, "/calls/0/don", "Did you mean done?"),
    "a world of one call": ({"calls": [call(), call(world={})]}, "/calls/1/world", "no field world"),
    "a title of one call": ({"calls": [call(title="x")]}, "/calls/0/title", "no field title"),
    "something before the first": ({"calls": [call(meanwhile={"later": "1 day"})]}, "/calls/0/meanwhile", "before the first"),
    "a result beside calls": ({"calls": [call()], "result": {"status": "sent"}}, "/result", "each of its `calls`"),
    "arguments beside calls": ({"calls": [call()], "arguments": {}}, "/arguments", "each of its `calls`"),
    "done beside calls": ({"calls": [call()], "done": {}}, "/done", "each of its `calls`"),
    "meanwhile beside calls": ({"calls": [call()], "meanwhile": {}}, "/meanwhile", "each of its `calls`"),
    "a near miss beside calls": ({"calls": [call()], "wrld": {}}, "/wrld", "Did you mean world?"),
    "what is done, wrongly": ({"calls": [call(done={"emial": []})]}, "/calls/0/done/emial", "Did you mean email?"),
    "what is there after, wrongly": ({"calls": [call(), call(after={"kv": 1})]}, "/calls/1/after/kv", "an object"),
    "a world that cannot be": ({"calls": [call()], "world": {"kvv": {}}}, "/world", "Did you mean 'kv'?"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_story_is_read_to_its_last_key(name: str) -> None:
    given, path, said = FORMS[name]
    found = spec_rules.problems({**DAYS.spec, "examples": [given]})
    (one,) = [one for one in found if one["path"] == f"/examples/0{path}"]
    assert said in one["message"] + str(one.get("hint"))


def test_meanwhile_and_calls_are_near_misses_of_an_ordinary_case() -> None:
    case = {**call(), "cals": [call()]}
    (found,) = spec_rules.problems({**DAYS.spec, "examples": [case]})
    assert "Did you mean calls?" in str(found.get("hint"))
    (found,) = spec_rules.problems({**DAYS.spec, "examples": [call(meanwhile={})]})
    assert found["path"] == "/examples/0/meanwhile"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(None, 60), ("1 second", 1), ("90 seconds", 90), ("1 minute", 60), ("36 hours", 129_600), ("1 day", 86_400), ("3 weeks", 1_814_400)],
)
def test_a_time_is_said_in_words(said: str | None, seconds: int) -> None:
    assert passed_ns(said) == seconds * 1_000_000_000


def test_a_world_that_others_change_says_what_cannot_be() -> None:
    with pytest.raises(InvalidWorld, match="no database"):
        World().amend({"sql": {"crm": "SELECT 1"}})


async def test_of_a_holdout_that_is_a_story_nothing_is_shown_that_it_expects_and_it_can_be_sent_back() -> None:
    told = {"calls": [call(done={}), call(meanwhile={"later": "1 day"}, after={"kv": {"tool": {"n": 1}}})], "world": WORLD}
    spec = spec_fields.complete({**DAYS.spec, "holdouts": [copy.deepcopy(told), call()]})
    shown = spec_fields.without_answers(spec)
    first = shown["holdouts"][0]
    assert [sorted(one) for one in first["calls"]] == [["arguments"], ["arguments", "meanwhile"]]
    assert spec_fields.with_kept_answers(shown, spec) == spec
    assert told == spec["holdouts"][0]


async def found_in(spec: dict[str, Any], source: str, pool: Pool, image: Image) -> list[Finding]:
    assert spec_rules.problems(spec) == []
    tool = Tool(KINDS, "stories", "a story", None, spec_fields.complete(spec), source)
    return (await judge(tool, pool, image)).report.findings


async def test_a_holdout_that_is_a_story_names_the_call_and_not_what_is_expected(pool: Pool, image: Image) -> None:
    story = copy.deepcopy(DAYS.spec["examples"][0])
    story["calls"][2]["result"] = {"status": "before"}
    found = await found_in({**DAYS.spec, "holdouts": [story]}, DAYS.source, pool, image)
    (error,) = [one for one in found if one.severity == "error"]
    assert (error.gate, error.message) == (
        "holdouts",
        "Hold-out 1 (a nudge a day), call 3: the result is not the expected one, at /status.",
    )


async def test_what_is_done_in_a_later_call_has_to_be_stated_and_its_block_is_ready_to_paste(pool: Pool, image: Image) -> None:
    spec = copy.deepcopy(OTHERS.spec)
    spec["examples"][0]["calls"][1] = {
        name: value for name, value in spec["examples"][0]["calls"][1].items() if name not in ("done", "after")
    }
    errors = [one for one in await found_in(spec, OTHERS.source, pool, image) if one.severity == "error"]
    (error,) = [one for one in errors if one.gate == "effects"]
    assert error.hint is not None
    assert "call 2" in error.hint
    block = json.loads("{" + error.hint[error.hint.index('"done": ') :] + "}")["done"]
    assert block.pop("recorded") is True
    assert block["kv"] == {"tool": {"raised/5": 900}}
    assert block["sql"][0]["added"] == [{"id": 5, "cents": 1150}]
    spec["examples"][0]["calls"][1]["done"] = block
    assert [one for one in await found_in(spec, OTHERS.source, pool, image) if one.severity == "error"] == []


async def test_what_happens_meanwhile_and_cannot_be_as_the_tool_has_left_its_world_is_told(pool: Pool, image: Image) -> None:
    spec = copy.deepcopy(OTHERS.spec)
    story = spec["examples"][0]
    rows = {"sql": {"crm": "CREATE TABLE customers (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL CHECK (cents < 1200)); INSERT INTO customers VALUES (5, 100);"}}
    story["world"] = {**rows, "approvals": {"approved": True}}
    raised = {"arguments": {"customer": 5, "cents": 900}, "result": {"status": "raised"}}
    story["calls"] = [raised, {**raised, "meanwhile": {"sql": {"crm": "UPDATE customers SET cents = cents + 900"}}}]
    found = [one for one in await found_in(spec, OTHERS.source, pool, image) if one.gate == "examples"]
    assert any("call 2: what happens before it cannot be: world.sql.crm: " in one.message for one in found)


async def test_strength_counts_what_only_a_later_call_notices(pool: Pool, image: Image) -> None:
    one = candidate_of(DAYS.spec, DAYS.source, pool, image)
    tree, write = await one.tree(), one.grammar.write
    source, made = await mutants.make(tree, DAYS.spec["name"], 200, "seed", write)
    built = await pool.fork(source, DAYS.spec["name"])
    assert isinstance(built, Component)
    whole = DAYS.spec["examples"]
    firsts = [{**{"world": case["world"]}, **case["calls"][0]} for case in whole]
    alive: list[int] = []
    for cases in (firsts, whole):
        bench = Bench(candidate_of(DAYS.spec, DAYS.source, pool, image), built)
        alive.append(sum([await bench.survives(one, cases, 2_000_000_000) for one in made]))
    assert alive[1] < alive[0]


async def test_the_last_call_of_a_story_made_again_does_nothing_anew(pool: Pool, image: Image) -> None:
    """What no single call shows: it looks for what was done on the first day only."""
    careless = DAYS.source.replace("    (state,) = ledger.claim([key])\n", "    (state,) = ledger.claim([key])\n    if state == \"done\" and clock.now().day > 1:\n        state, key = \"claimed\", key + \"+\"\n")
    assert careless != DAYS.source
    found = await found_in({**DAYS.spec, "examples": DAYS.spec["examples"][:2]}, careless, pool, image)
    assert any(one.gate == "idempotency" and "call 3, called a second time" in one.message for one in found), found


async def test_calls_begin_as_late_as_the_story_says_and_not_while_the_one_before_goes_on(pool: Pool, image: Image) -> None:
    source = '"""Tell the time."""\n\nfrom sealwright import clock\n\n\ndef tell(wait: int) -> dict[str, str]:\n    """Return the time."""\n    told = clock.now().isoformat()[:19]\n    clock.sleep(wait)\n    return {"at": told}\n'
    spec = spec_fields.complete(
        {
            "name": "tell",
            "description": "Tells the time.",
            "input_schema": {"type": "object", "properties": {"wait": {"type": "integer"}}, "required": ["wait"]},
            "examples": [],
        }
    )
    given = {"arguments": {"wait": 0}}
    case = {
        "world": {"now": "2026-06-01T09:00:00Z"},
        "calls": [given, given, {"arguments": {"wait": 7200}, "meanwhile": {"later": "1 day"}}, {**given, "meanwhile": {"later": "1 hour"}}],
    }
    candidate = candidate_of(spec, source, pool, image)
    built = await pool.fork(source, "tell")
    assert isinstance(built, Component)
    candidate.component = built
    steps = await run_steps(candidate, case)
    told = [json.loads(step.trial.execution.outcome.result)["at"][:16] for step in steps]  # pyright: ignore[reportAttributeAccessIssue]
    assert told == ["2026-06-01T09:00", "2026-06-01T09:01", "2026-06-02T09:01", "2026-06-02T11:01"]


async def test_a_dry_run_tells_of_every_call_and_what_is_not_as_it_says(pool: Pool, image: Image) -> None:
    candidate = candidate_of(FILES.spec, FILES.source, pool, image)
    story = copy.deepcopy(FILES.spec["examples"][0])
    story["calls"][2]["result"]["more"] = 2
    loose = {"calls": [{"arguments": {}}, {"arguments": {}}], "world": story["world"]}
    told = await dry_runs.rehearse(candidate, dry_runs.named("Case", [story, loose]))
    assert [run["case"] for run in told["runs"]] == [
        *(f"Case 1 (three deliveries), call {number}" for number in (1, 2, 3)),
        "Case 2, call 1",
        "Case 2, call 2",
    ]
    assert [bool(run["otherwise"]) for run in told["runs"]] == [False, False, True, False, False]
    assert told["runs"][2]["otherwise"] == ["the result differs at /more: expected 2, got -2."]
    assert [run["done"].get("kv") for run in told["runs"][:3]] == [{"tool": {"level": n}} for n in (5, 8, 6)]
    assert [len(run["effects"]) for run in told["runs"]] == [1, 1, 1, 1, 0]
