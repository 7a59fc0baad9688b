"""What a spec must look like, and that everything wrong with it is said at once."""

from typing import Any

import pytest

from api.schemas.tools import ToolOut
from tenants.base.db import Database
from tenants.base.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from tenants.confined import spec_rules
from tenants.confinement import spec_fields
from tenants.rights.access import Role
from tenants.tools import specs
from tests.tenants.people import Person, checked, join, spec

OBJECT = {"type": "object"}


def _case(**fields: Any) -> dict[str, Any]:
    return {"arguments": {"a": 1, "b": 2}, "result": {"sum": 3}, **fields}


def _properties(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": "Add"}, "/name"),
    ({"name": "9lives"}, "/name"),
    ({"name": "a" * 65}, "/name"),
    ({"name": "lambda"}, "/name"),
    ({"name": 5}, "/name"),
    ({"name": None}, "/name"),
    ({"title": ""}, "/title"),
    ({"description": " "}, "/description"),
    ({"description": None}, "/description"),
    ({"nonsense": 1}, "/nonsense"),
    ({"input_schema": None}, "/input_schema"),
    ({"input_schema": []}, "/input_schema"),
    ({"input_schema": {"type": "array"}}, "/input_schema/type"),
    ({"input_schema": {}}, "/input_schema/type"),
    ({"input_schema": {"type": ["object", "null"]}}, "/input_schema/type"),
    ({"input_schema": {"type": "objekt"}}, "/input_schema/type"),
    ({"input_schema": _properties(a={"minLength": -1})}, "/input_schema/properties/a/minLength"),
    ({"input_schema": _properties(a={"pattern": "("})}, "/input_schema/properties/a/pattern"),
    ({"input_schema": _properties(**{"a/b": {}}), "examples": []}, "/input_schema/properties/a~1b"),
    ({"input_schema": _properties(**{"class": {}}), "examples": []}, "/input_schema/properties/class"),
    ({"input_schema": _properties(a={"$ref": "https://example.com/schema"})}, "/input_schema/properties/a/$ref"),
    ({"input_schema": _properties(a={"$ref": "#/$defs/missing"})}, "/input_schema/properties/a/$ref"),
    ({"input_schema": {"$schema": "http://json-schema.org/draft-07/schema#", **OBJECT}}, "/input_schema/$schema"),
    ({"input_schema": _properties(a={"x-mcp-header": "A"}, b={})}, "/input_schema/properties/a/x-mcp-header"),
    (
        {"input_schema": _properties(a={"anyOf": [{"x-mcp-header": "A"}, {}]}, b={})},
        "/input_schema/properties/a/anyOf/0/x-mcp-header",
    ),
    ({"output_schema": {"type": "string"}}, "/output_schema/type"),
    ({"output_schema": {"type": "object", "required": "sum"}}, "/output_schema/required"),
    ({"effects": "writes"}, "/effects"),
    ({"capabilities": ["http"]}, "/capabilities"),
    ({"capabilities": {"teleport": ["anywhere"]}}, "/capabilities/teleport"),
    ({"capabilities": {"http": ["GET everything"]}}, "/capabilities/http"),
    ({"limits": {"fuel": 0}}, "/limits/fuel"),
    ({"limits": {"fuel": 10**15}}, "/limits/fuel"),
    ({"limits": {"feul": 5}}, "/limits/feul"),
    ({"limits": {"wall_ms": "5"}}, "/limits/wall_ms"),
    ({"examples": {}}, "/examples"),
    ({"examples": ["x"]}, "/examples/0"),
    ({"examples": [_case(error="x")]}, "/examples/0"),
    ({"examples": [{"arguments": {"a": 1, "b": 2}}]}, "/examples/0"),
    ({"examples": [_case(arguments=[1, 2])]}, "/examples/0/arguments"),
    ({"examples": [_case(), _case(arguments={"a": "1", "b": 2})]}, "/examples/1/arguments/a"),
    ({"examples": [_case(arguments={"a": 1})]}, "/examples/0/arguments"),
    ({"examples": [_case(arguments={"a": 1, "b": 2, "c": 3})]}, "/examples/0/arguments"),
    ({"examples": [_case(result={"sum": "3"})]}, "/examples/0/result/sum"),
    ({"examples": [_case(wrold={})]}, "/examples/0/wrold"),
    ({"examples": [_case(world={"gopher": {}})]}, "/examples/0/world"),
    ({"examples": [{"arguments": {"a": 1, "b": 2}, "error": {}}]}, "/examples/0/error"),
    ({"holdouts": [_case(result={})]}, "/holdouts/0/result"),
    ({"examples": [_case()] * (spec_rules.CASES_MAX + 1)}, "/examples"),
    ({"description": "x" * (spec_fields.SPEC_BYTES_MAX + 1)}, ""),
    ({"description": "half a \ud800 character"}, ""),
    ({"examples": [_case(result={"sum": float("nan")})]}, ""),
]


@pytest.mark.parametrize(("change", "path"), BAD, ids=[f"{n}-{path or 'root'}" for n, (_, path) in enumerate(BAD)])
def test_each_thing_wrong_with_a_spec_has_its_place(change: dict[str, Any], path: str) -> None:
    found = spec_rules.problems(spec(**change))
    assert [problem["path"] for problem in found] == [path], found
    assert all(problem["message"] for problem in found)


def test_everything_wrong_is_said_at_once() -> None:
    found = spec_rules.problems(
        {"name": "Bad Name", "input_schema": {"type": "array"}, "limits": {"fuel": 0, "x": 1}, "exmaples": []}
    )
    assert {problem["path"]: problem.get("hint") for problem in found} == {
        "/description": None,
        "/exmaples": "Did you mean examples?",
        "/name": "For example bad_name.",
        "/input_schema/type": "MCP wants objects: wrap it in a property.",
        "/limits/fuel": None,
        "/limits/x": None,
    }


def test_what_is_no_object_is_no_spec() -> None:
    nothings: list[object] = [None, [], "spec", 3]
    for given in nothings:
        assert [problem["path"] for problem in spec_rules.problems(given)] == [""]


GOOD: list[dict[str, Any]] = [
    {},
    {"title": None, "output_schema": None},
    {"input_schema": {"type": "object"}, "examples": []},
    {"input_schema": {**_properties(a={"$ref": "#/$defs/n"}, b={}), "$defs": {"n": {"type": "number"}}}},
    {"input_schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", **_properties(a={}, b={})}},
    {"input_schema": {"type": "object", "additionalProperties": {"type": "number"}}},
    {"input_schema": _properties(a={"type": "string", "pattern": "^(?!x)"}), "examples": []},
    # As a property's own name, and as data, it is no keyword.
    {"input_schema": _properties(a={"properties": {"x-mcp-header": {}}}, b={"default": {"x-mcp-header": "B"}})},
    {"examples": [{"arguments": {"a": 1, "b": 2}, "error": "overflow"}]},
    {"examples": [_case(title="a case", world={"ledger": {"done": ["x"]}})]},
    {"capabilities": {"http": ["GET https://api.example.com/v1/*"], "ledger": ["campaign/*"]}},
    {"limits": {"fuel": 1_000_000, "wall_ms": 1_000}, "effects": "destructive"},
]


@pytest.mark.parametrize("change", GOOD)
def test_sound_specs_are_taken(change: dict[str, Any]) -> None:
    assert spec_rules.problems(spec(**change)) == []


async def test_a_spec_is_kept_whole_and_shown_as_given(owner: Person, database: Database) -> None:
    async with database.unit(owner.actor.tenant_id) as session:
        await specs.submit(session, owner.actor, checked(spec()))
    async with database.reading(owner.actor.tenant_id) as session:
        tool = await specs.read(session, owner.actor, "add_numbers")
    assert {name: tool.spec[name] for name in spec()} == spec()
    assert (tool.spec["effects"], tool.spec["capabilities"]) == ("read", {})
    assert (tool.live_version, tool.last_version) == (None, 0)


async def test_whoever_writes_the_code_sees_no_answers_of_holdouts(owner: Person, database: Database) -> None:
    async with database.unit(owner.actor.tenant_id) as session:
        tool = await specs.submit(session, owner.actor, checked(spec(holdouts=[_case()])))
    assert ToolOut.of(tool).spec["holdouts"] == [{"arguments": {"a": 1, "b": 2}}]
    assert tool.spec["holdouts"] == [_case()]


async def test_a_name_is_taken_once_for_each_tenant(owner: Person, database: Database) -> None:
    async with database.unit(owner.actor.tenant_id) as session:
        await specs.submit(session, owner.actor, checked(spec()))
    with pytest.raises(ConflictError, match="tool add_numbers already"):
        async with database.unit(owner.actor.tenant_id) as session:
            await specs.submit(session, owner.actor, checked(spec()))


async def test_a_bad_spec_leaves_nothing_behind(owner: Person, database: Database) -> None:
    with pytest.raises(InvalidError) as caught:
        async with database.unit(owner.actor.tenant_id) as session:
            await specs.submit(session, owner.actor, checked(spec(effects="bad")))
    assert caught.value.details["problems"] == caught.value.problems
    async with database.unit(owner.actor.tenant_id) as session:
        await specs.submit(session, owner.actor, checked(spec()))
        with pytest.raises(InvalidError):
            await specs.revise(session, owner.actor, "add_numbers", checked(spec(name="other")))


async def test_an_unknown_tool_is_answered_with_what_is_near(owner: Person, database: Database) -> None:
    async with database.unit(owner.actor.tenant_id) as session:
        await specs.submit(session, owner.actor, checked(spec()))
        with pytest.raises(NotFoundError) as caught:
            await specs.read(session, owner.actor, "add_number")
    assert caught.value.hint == "Did you mean add_numbers?"


async def test_viewers_read_and_do_not_write(owner: Person, database: Database) -> None:
    viewer = (await join(database, owner.actor, Role.VIEWER)).actor
    with pytest.raises(NotAllowedError):
        async with database.unit(owner.actor.tenant_id) as session:
            await specs.submit(session, viewer, checked(spec()))


async def test_tools_are_found_by_all_words_newest_first_in_pages(owner: Person, database: Database) -> None:
    async with database.unit(owner.actor.tenant_id) as session:
        for name in ("alpha", "beta", "gamma", "delta"):
            await specs.submit(
                session, owner.actor, checked(spec(name=name, description=f"Does {name}, 100% sure_ly."))
            )
    async with database.reading(owner.actor.tenant_id) as session:
        first = await specs.search(session, owner.actor, limit=3)
        rest = await specs.search(session, owner.actor, cursor=first.next_cursor)
        found = [
            [tool.name for tool in (await specs.search(session, owner.actor, q)).items]
            for q in ("BETA does", "100%", "e_a", "sure_ly gamma", "nothing")
        ]
        with pytest.raises(InvalidError):
            await specs.search(session, owner.actor, limit=0)
    assert [tool.name for tool in first.items] == ["delta", "gamma", "beta"]
    assert ([tool.name for tool in rest.items], rest.next_cursor) == (["alpha"], None)
    assert found == [["beta"], ["delta", "gamma", "beta", "alpha"], [], ["gamma"], []]
