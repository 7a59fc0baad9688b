"""What a spec says is always so, held against real runs behind their end: marked, told, counted, and in the sandbox."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select, update

from api.schemas.runs import RunDetail
from sandbox import Component, Pool
from sandbox.rules import Grammar
from sandbox.worlds import done_of
from tenants.base import ids
from tenants.base.db import now
from tenants.base.errors import InvalidError, NotAllowedError
from tenants.gates.invariants import expressions
from tenants.models import Canary, Notice, Run, Tool
from tenants.proving import invariant_checks
from tenants.rights.access import Role
from tenants.rules import policies
from tenants.runs import runs
from tenants.runtime import Runtime
from tenants.tools import canaries
from tests.live_tools import Live, plain_spec, put_live
from tests.tenants.people import Person, join, key_of

SOURCE = '''"""Does what it is told."""

from sealwright import ToolError, kv, ledger


def work(say=None, keep=None, mark=None, fail=None):
    """Do it."""
    if keep is not None:
        kv.set("last", keep)
    if mark is not None:
        ledger.claim([mark])
        ledger.done([mark])
    if fail is not None:
        raise ToolError(fail, "As asked.")
    return {"said": say}
'''
MAY = {"kv": ["tool/*"], "ledger": ["*"]}
# Each with calls of which it is so, and one of which it is not.
CHECKS: list[tuple[str, dict[str, Any]]] = [
    ("result['said'] != 'no'", {"say": "no"}),
    ("result['said'] == arguments.get('say')", {}),
    ("len(done['kv']) == 0 or done['kv'][0]['value'] < 10", {"keep": 11}),
    ("all(one['key'] != 'twice' for one in done['ledger'])", {"mark": "twice"}),
    ("done['ledger'] != [{'key': 'whole'}]", {"mark": "whole"}),
    ("error != 'forbidden'", {"fail": "forbidden"}),
    ("result['missing'] == 1 if arguments.get('say') == 'odd' else True", {"say": "odd"}),
    ("(lambda said: said != 'λ')(result['said'])", {"say": "λ"}),
    ("not (re.search('x{5}', str(arguments)) or 0)", {"say": "xxxxx"}),
    ("any(False for _ in iter(int, 1)) if arguments.get('say') == 'long' else True", {"say": "long"}),
]


@pytest.fixture(scope="module")
async def component(pool: Pool) -> Component:
    built = await pool.fork(SOURCE, "work")
    assert isinstance(built, Component), built
    return built


async def live(runtime: Runtime, owner: Person, component: Component, *checks: str, **changes: Any) -> None:
    """Make the tool live, with what is always so of it, and have its runs looked at."""
    always = [{"say": f"so it is: {number}", "check": check} for number, check in enumerate(checks)]
    spec = plain_spec("work", **{"effects": "destructive", "capabilities": MAY, "always": always, **changes})
    await put_live(runtime.database, owner.actor.tenant_id, Live(spec, SOURCE, component), by=owner.actor.who())
    await hold(runtime, owner, ["work"])


async def hold(runtime: Runtime, owner: Person, tools: Any) -> None:
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        await policies.change(session, owner.actor, {"always_on_runs": tools})


async def call(runtime: Runtime, owner: Person, arguments: Mapping[str, Any]) -> Run:
    return (await runs.call(runtime, owner.actor, "work", dict(arguments))).run


async def looked_at(runtime: Runtime, run: Run) -> list[int] | None:
    async with runtime.database.reading(run.tenant_id) as session:
        return RunDetail.of(await session.get_one(Run, run.id)).broken_invariants


async def notices_of(runtime: Runtime, owner: Person) -> list[dict[str, Any]]:
    async with runtime.database.reading(owner.actor.tenant_id) as session:
        found = await session.scalars(select(Notice).where(Notice.kind == invariant_checks.KIND).order_by(Notice.id))
        return [one.data for one in found]


async def test_every_real_run_is_held_against_what_is_always_so(
    runtime: Runtime, owner: Person, component: Component
) -> None:
    await live(runtime, owner, component, *(check for check, _ in CHECKS if "iter" not in check))
    calls = [arguments for check, arguments in CHECKS if "iter" not in check]
    made = [await call(runtime, owner, arguments) for arguments in [*calls, {"say": "fine", "keep": 1, "mark": "once"}]]
    assert await looked_at(runtime, made[0]) is None
    assert await invariant_checks.sweep(runtime) == len(made)
    found = [await looked_at(runtime, run) for run in made]
    # The second check is so of all of them; a call that failed is held against what is about errors alone.
    assert found == [[0], [], [2], [3], [4], [5], [6], [7], [8], []]
    told = await notices_of(runtime, owner)
    assert [(one["id"], one["broken"]) for one in told] == [
        (run.id, numbers) for run, numbers in zip(made, found, strict=True) if numbers
    ]
    assert all(one.keys() == {"id", "tool", "version", "outcome", "broken"} for one in told)
    assert "sealwright_invariants_broken_total 8.0" in runtime.metrics.text().decode()
    # Looked at once, told once.
    assert await invariant_checks.sweep(runtime) == await invariant_checks.look_back(runtime) == 0
    assert len(await notices_of(runtime, owner)) == len(told)


async def test_it_is_off_until_the_owner_wants_it_and_for_the_tools_that_are_named(
    runtime: Runtime, owner: Person, component: Component
) -> None:
    await live(runtime, owner, component, "False")
    for tools in ([], ["another"], ["wor"], ["work_"]):
        await hold(runtime, owner, tools)
        run = await call(runtime, owner, {})
        assert await invariant_checks.sweep(runtime) == 0, tools
        assert await looked_at(runtime, run) is None
    for tools in (["*"], ["another", "work"]):
        await call(runtime, owner, {})
        await hold(runtime, owner, tools)
        assert await invariant_checks.sweep(runtime) > 0, tools


@pytest.mark.parametrize(
    "value",
    ["*", "work", [1], [None], ["Work"], ["a b"], [""], ["**"], {"work": True}, True, None, ["a"] * 201, [["a"]]],
)
async def test_the_policy_takes_names_of_tools_and_nothing_else(runtime: Runtime, owner: Person, value: Any) -> None:
    with pytest.raises(InvalidError):
        await hold(runtime, owner, value)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUTHOR, Role.VIEWER])
async def test_only_who_manages_the_tenant_turns_it_on_or_off(runtime: Runtime, owner: Person, role: Role) -> None:
    other = await join(runtime.database, owner.actor, role)
    with pytest.raises(NotAllowedError):
        await hold(runtime, other, ["*"])
    if role is Role.VIEWER:
        return
    key, _ = await key_of(runtime.database, other.actor, "tools:author", "tools:call")
    with pytest.raises(NotAllowedError):
        async with runtime.database.unit(owner.actor.tenant_id) as session:
            await policies.change(session, key, {"always_on_runs": ["*"]})


async def test_what_takes_too_much_to_evaluate_is_not_known_to_hold_and_hides_no_other_run(
    runtime: Runtime, owner: Person, component: Component
) -> None:
    (endless,) = (check for check, _ in CHECKS if "iter" in check)
    await live(runtime, owner, component, "result['said'] != 'no'", endless)
    made = [await call(runtime, owner, {"say": say}) for say in ("fine", "long", "no")]
    assert await invariant_checks.sweep(runtime) == 3
    assert [await looked_at(runtime, run) for run in made] == [[], [0, 1], [0]]


async def test_a_sweep_that_dies_leaves_its_runs_to_the_next_one(
    runtime: Runtime, owner: Person, component: Component, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live(runtime, owner, component, "result['said'] != 'no'")
    made = [await call(runtime, owner, {"say": say}) for say in ("no", "yes", "no")]
    kept = invariant_checks._keep  # pyright: ignore[reportPrivateUsage]
    left = iter([True])

    async def keep_one(*given: Any) -> bool:
        if next(left, False):
            return await kept(*given)
        raise RuntimeError("the process has ended")

    with monkeypatch.context() as broken:
        broken.setattr(invariant_checks, "_keep", keep_one)
        assert await invariant_checks.sweep(runtime) == 0
    assert [await looked_at(runtime, run) for run in made] == [[0], None, None]
    assert await invariant_checks.sweep(runtime) == 2
    assert [await looked_at(runtime, run) for run in made] == [[0], [], [0]]
    assert len(await notices_of(runtime, owner)) == 2


async def test_a_canary_that_breaks_what_is_always_so_fails_by_it(
    runtime: Runtime, owner: Person, component: Component
) -> None:
    await live(runtime, owner, component, "result['said'] != 'no'")
    for say in ["no"] * 3 + ["yes"] * 2:
        await call(runtime, owner, {"say": say})
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        tool = await session.scalar(select(Tool).where(Tool.name == "work"))
        assert tool is not None
        canary = Canary(
            tool_id=tool.id, tool_name="work", version=1, baseline=2, percent=50, promotes_after=None,
            started_by={}, since=tool.created_at, ended_at=now(),
        )  # fmt: skip
        session.add(canary)
        await session.flush()
        assert (await canaries.compare(session, canary))["canary"] == {"calls": 5, "failed": 0}
    await invariant_checks.sweep(runtime)
    async with runtime.database.reading(owner.actor.tenant_id) as session:
        assert (await canaries.compare(session, canary))["canary"] == {"calls": 5, "failed": 3}


async def test_a_run_of_long_ago_is_found_by_the_sweep_that_looks_back(
    runtime: Runtime, owner: Person, component: Component
) -> None:
    await live(runtime, owner, component, "False")
    run = await call(runtime, owner, {})
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        # As one that began hours ago and waited for a person: its name says when it began.
        began = ids.first("run", now() - timedelta(hours=5))
        await session.execute(update(Run).where(Run.id == run.id).values(id=began))
    assert await invariant_checks.sweep(runtime) == 0
    assert await invariant_checks.look_back(runtime) == 1


@pytest.mark.parametrize(
    "check",
    ["import os", "x = 1", "(", "unknown > 3", "arguments['a'", "lambda: nobody", "result) or (True", "yield 1; 2"],
)
async def test_an_invariant_that_is_no_expression_is_refused_where_specs_are_read(
    runtime: Runtime, owner: Person, check: str
) -> None:
    spec = plain_spec("work", always=[{"say": "so", "check": check}], input_schema={"type": "object", "properties": {}})
    with pytest.raises(InvalidError) as refused:
        await runtime.reader.checked(
            owner.actor.tenant_id, {name: one for name, one in spec.items() if one is not None}
        )
    assert [one["path"] for one in cast("list[Any]", refused.value.details["problems"])] == ["/always/0/check"]


async def test_expressions_are_read_with_the_guests_grammar(pool: Pool) -> None:
    """What this server's Python cannot read, and the guest can, is an expression."""
    newer = [{"say": "so", "check": "t'{1}'.strings == ('', '')"}]
    assert await expressions.reading_problems(Grammar(pool), newer, "/always") == []


def asked(capability: str, operation: str, request: Any, reply: Any = None, effect: str = "unsafe") -> dict[str, Any]:
    return {
        "capability": capability, "operation": operation, "effect": effect, "request": json.dumps(request),
        "reply": None if reply is None else json.dumps(reply),
    }  # fmt: skip


OK: dict[str, Any] = {"value": None}
GONE: dict[str, Any] = {"fault": {"code": "refused", "message": ""}}
POST: dict[str, Any] = {"method": "POST", "url": "https://a.example/", "json": {"n": 1}}
MAIL = {"to": "ann@example.com", "subject": "Hello"}
RECORDED: list[tuple[str, list[dict[str, Any]], Any]] = [
    ("http", [asked("http", "request", POST, {"value": {"status": 200}})], ["POST"]),
    ("http", [asked("http", "request", {**POST, "method": "GET"}, OK)], []),
    ("http", [asked("http", "request", POST, GONE)], []),
    ("http", [asked("http", "request", POST, {"fault": {"code": "timeout", "message": ""}})], ["POST"]),
    ("http", [asked("http", "request", POST)], ["POST"]),
    ("http", [asked("http", "send_many", {"requests": [POST, POST]}, {"value": [OK, GONE]})], ["POST"]),
    ("http", [asked("http", "send_many", {"requests": [POST, POST]})], ["POST", "POST"]),
    ("email", [asked("email", "send", MAIL, {"value": {"status": "sent", "id": "1"}})], ["Hello"]),
    ("email", [asked("email", "send", MAIL, GONE)], []),
    ("email", [asked("email", "send_many", {"messages": [MAIL, MAIL]},
                     {"value": [{"status": "sent"}, {"status": "rejected"}]})], ["Hello"]),
    ("ledger", [asked("ledger", "claim", {"keys": ["a"]}, {"value": ["claimed"]})], []),
    ("ledger", [asked("ledger", "done", {"keys": ["a", "a", "b"]}, OK)], ["a", "b"]),
    ("ledger", [asked("ledger", "done", {"keys": ["a"]}, GONE)], []),
    ("kv", [asked("kv", "set", {"key": "a", "value": 1}, OK), asked("kv", "set", {"key": "a", "value": 2}, OK)], [2]),
    ("kv", [asked("kv", "get", {"key": "a"}, {"value": 1}, "read"), asked("kv", "set", {"key": "a", "value": 1}, OK)],
     []),
    ("kv", [asked("kv", "compare_and_set", {"key": "a", "expected": None, "value": 1}, {"value": True}),
            asked("kv", "delete", {"key": "a"}, OK)], []),
    ("kv", [asked("kv", "compare_and_set", {"key": "a", "expected": None, "value": 1}, {"value": False})], []),
    ("kv", [asked("kv", "set", {"key": "a", "value": 1}, GONE)], []),
    ("files", [asked("files", "write", {"path": "a", "base64": "eA=="}, OK),
               asked("files", "delete", {"path": "a"}, OK)],
     [None]),
    ("files", [asked("files", "write", {"path": "a", "base64": "eA=="}, GONE)], []),
    ("tools", [asked("tools", "call", {"name": "pay", "arguments": {}}, OK)], ["pay"]),
    ("approvals", [asked("approvals", "ask", {"question": "May I?"}, OK)], ["May I?"]),
]  # fmt: skip
SHOWN = {"http": "method", "email": "subject", "ledger": "key", "kv": "value", "files": "content", "tools": "name",
         "approvals": "question"}  # fmt: skip


@pytest.mark.parametrize(("capability", "calls", "expected"), RECORDED)
def test_a_journal_tells_what_was_done_as_canned_worlds_do(
    capability: str, calls: list[dict[str, Any]], expected: list[Any]
) -> None:
    done, untold = done_of(calls)
    assert untold == set()
    assert [one[SHOWN[capability]] for one in done[capability]] == expected
    assert not any(several for name, several in done.items() if name != capability)


@pytest.mark.parametrize(
    "call",
    [
        asked("sql", "execute", {"database": "a", "statement": "DELETE FROM b"}, OK),
        {**asked("http", "request", POST, OK), "request": None},
        asked("email", "send_many", {"nothing": 1}, {"value": []}),
        asked("kv", "set", {"scope": "tool"}, OK),
        asked("files", "write", {"path": "a", "base64": "?"}, OK),
        asked("http", "send_many", {"requests": [POST]}, {"value": []}),
    ],
)
def test_what_a_journal_cannot_tell_is_named(call: dict[str, Any]) -> None:
    assert done_of([call])[1] == {call["capability"]}


async def test_a_check_that_asks_for_what_nobody_can_tell_says_nothing(pool: Pool) -> None:
    from tenants.gates.invariants import past_runs

    checks = [
        "not done['sql']",
        "len(done) > 99",
        "done == 1",
        "result == 2",
        "done.get('sql') == 1",
        "done['kv'] == [1]",
    ]
    always = [{"say": "so", "check": check} for check in checks]
    calls = [asked("sql", "execute", {"database": "a", "statement": "DELETE FROM b"}, OK)]
    run = {"arguments": "{}", "result": "1", "error": None, "calls": calls, "whole": True}
    assert await past_runs.broken(pool, always, [run, {**run, "whole": False}, {**run, "calls": []}]) == [
        [3, 5],
        [3],
        [1, 2, 3, 4, 5],
    ]
