# ruff: noqa: E501 - a schema a line
"""Schemas that strangers wrote: what they ask for is counted before they are used, and what is told has an end."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tenants.base import canonical
from tenants.confinement.reading import Reader
from tenants.schemas import json_schemas, patterns, schema_costs

Schema = dict[str, Any]
REFS = "#/$defs/a"


def chain(levels: int, each: Callable[[Schema], Schema]) -> Schema:
    """Levels that each name the next one, in the way of `each`."""
    defs = {f"a{at}": each({"$ref": f"{REFS}{at + 1}"}) for at in range(levels)}
    defs[f"a{levels}"] = {"type": "string"}
    return {"type": "object", "$defs": defs, "properties": {"a": {"$ref": f"{REFS}0"}}}


def down(*branches: Schema) -> Schema:
    """A schema of a list or an object that meets itself again below, by each branch."""
    return {"type": "object", "$defs": {"n": {"allOf": list(branches)}}, "properties": {"a": {"$ref": "#/$defs/n"}}}


N = {"$ref": "#/$defs/n"}
BRANCHING: list[Schema] = [
    chain(18, lambda ref: {"anyOf": [ref, dict(ref)]}),
    chain(25, lambda ref: {"anyOf": [ref, dict(ref)]}),
    chain(60, lambda ref: {"oneOf": [ref, dict(ref)]}),
    chain(60, lambda ref: {"allOf": [ref, dict(ref)]}),
    chain(25, lambda ref: {"not": {"allOf": [ref, {"not": ref}]}}),
    chain(25, lambda ref: {"if": ref, "then": dict(ref), "else": dict(ref)}),
    chain(25, lambda ref: {"dependentSchemas": {"x": ref, "y": dict(ref)}}),
    chain(25, lambda ref: {"anyOf": [{"properties": {"b": ref}}, {"properties": {"b": dict(ref)}}]}),
    chain(25, lambda ref: {"anyOf": [{"items": ref}, {"items": dict(ref)}]}),
    chain(25, lambda ref: {"allOf": [{"prefixItems": [ref]}, {"prefixItems": [dict(ref)]}]}),
    chain(25, lambda ref: {"contains": ref, "items": dict(ref)}),
    chain(25, lambda ref: {"patternProperties": {"^a": ref, "a$": dict(ref)}}),
    chain(25, lambda ref: {"patternProperties": {"a": ref}, "properties": {"a": dict(ref)}}),
    chain(25, lambda ref: {"allOf": [{"additionalProperties": ref}, {"additionalProperties": dict(ref)}]}),
    chain(25, lambda ref: {"allOf": [ref], "unevaluatedProperties": dict(ref)}),
    chain(25, lambda ref: {"allOf": [{"properties": {"b": ref}}], "unevaluatedProperties": dict(ref)}),
    chain(12, lambda ref: {"anyOf": [ref, dict(ref), dict(ref), dict(ref)]}),
    chain(25, lambda ref: {"$ref": ref["$ref"], "allOf": [ref]}),
    chain(25, lambda ref: {"$dynamicRef": ref["$ref"], "$ref": ref["$ref"]}),
    down({"properties": {"b": N}}, {"properties": {"b": dict(N)}}),
    down({"items": N}, {"items": dict(N)}),
    down({"items": N}, {"contains": dict(N)}),
    down({"additionalProperties": N}, {"properties": {"b": dict(N)}}),
    down({"patternProperties": {"b": N}}, {"properties": {"b": dict(N)}}),
    down({"anyOf": [{"properties": {"b": N}}, {"properties": {"b": dict(N)}, "required": ["c"]}]}),
    down({"oneOf": [{"prefixItems": [N]}, {"items": dict(N)}]}),
    down({"unevaluatedItems": N}, {"items": dict(N)}),
    {"type": "object", "properties": {"a": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}},
    {"type": "object", "properties": {"a": {"$anchor": "n", "items": {"anyOf": [{"$ref": "#n"}, {"$ref": "#n"}]}}}},
    {"type": "object", "allOf": [{"properties": {"a": {"allOf": [{"$ref": "#"}] * 3}}}]},
    {"type": "object", "properties": {"a": {"allOf": [{"multipleOf": 0.1}, {"multipleOf": 0.2}] * 4}}},
]
ENDLESS: list[Schema] = [
    {"type": "object", "$ref": "#"},
    {"type": "object", "allOf": [{"$ref": "#"}]},
    {"type": "object", "not": {"$ref": "#"}},
    {"type": "object", "if": {"$ref": "#"}},
    {"type": "object", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"anyOf": [{"$ref": "#/$defs/a"}]}}, "oneOf": [{"$ref": "#/$defs/a"}]},
    {"type": "object", "$anchor": "me", "dependentSchemas": {"x": {"$ref": "#me"}}},
    {"type": "object", "$dynamicAnchor": "me", "then": {"$dynamicRef": "#me"}, "if": True},
]  # fmt: skip
UNCOUNTED: list[Schema] = [
    {"type": "object", "properties": {"a": {"$ref": "https://example.com/x"}}},
    {"type": "object", "properties": {"a": {"$ref": "file:///etc/passwd"}}},
    {"type": "object", "properties": {"a": {"$ref": "other#/x"}}},
    {"type": "object", "properties": {"a": {"$id": "other", "type": "string"}}},
    {"type": "object", "$defs": {"a": {"$id": "x", "$defs": {"b": {}}}}, "properties": {"a": {"$ref": "x#/$defs/b"}}},
    {"type": "object", "properties": {"a": {"$ref": "#/$defs/none"}}},
    {"type": "object", "properties": {"a": {"$ref": "#none"}}},
    {"type": "object", "properties": {"a": {"$anchor": "n"}, "b": {"$anchor": "n"}}},
    {"type": "object", "properties": {"a": {"$anchor": "n"}, "b": {"enum": [{"$anchor": "n"}]}}},
    {"type": "object", "properties": {f"p{at}": {"type": "string"} for at in range(3_000)}},
    {"type": "object", "allOf": [{"properties": {f"p{a}_{b}": {} for a in range(20)}} for b in range(100)]},
    {"type": "object", "description": "x" * 300_000},
    {"type": "object", "properties": {"a": {"enum": list(range(100_000))}}},
]


@pytest.mark.parametrize("schema", [*BRANCHING, *ENDLESS, *UNCOUNTED])
def test_a_schema_that_asks_for_too_much_is_refused_at_once(schema: Schema) -> None:
    started = time.thread_time()
    found = json_schemas.schema_problems(json.loads(json.dumps(schema)), "/input_schema")
    assert time.thread_time() - started < 1
    assert len(found) == 1
    assert found[0]["path"].startswith("/input_schema")
    assert found[0]["hint"]


ORDINARY: list[Schema] = [
    {"type": "object", "properties": {"a": {"$ref": "#"}}},
    {"type": "object", "$defs": {"node": {"properties": {"left": {"$ref": "#/$defs/node"}, "right": {"$ref": "#/$defs/node"}}}}, "properties": {"tree": {"$ref": "#/$defs/node"}}},
    {"type": "object", "$defs": {"c": {"anyOf": [{"properties": {"and": {"type": "array", "items": {"$ref": "#/$defs/c"}}}, "required": ["and"]}, {"properties": {"not": {"$ref": "#/$defs/c"}}, "required": ["not"]}, {"properties": {"field": {"type": "string"}}}]}}, "properties": {"where": {"$ref": "#/$defs/c"}}},
    {"type": "object", "properties": {"kind": {"enum": [f"kind_{at}" for at in range(300)]}}},
    {"type": "object", "properties": {f"field_{at}": {"type": ["string", "null"], "maxLength": 100} for at in range(500)}},
    {"type": "object", "oneOf": [{"properties": {"kind": {"const": f"k{at}"}, f"value_{at}": {"type": "number"}}} for at in range(30)]},
    {"type": "object", "properties": {"price": {"type": "number", "multipleOf": 0.01}}},
    {"type": "object", "properties": {"rows": {"type": "array", "uniqueItems": True, "items": {"type": "object", "additionalProperties": {"type": "string"}}}}},
    {"type": "object", "properties": {"a": {"$anchor": "n", "type": "object", "properties": {"b": {"$ref": "#n"}}}}},
    {"type": "object", "$id": "https://acme.example/order", "properties": {"a": {"type": "string", "format": "email"}}},
    chain(25, lambda ref: {"properties": {"a": ref, "b": dict(ref)}}),
    chain(60, lambda ref: {"allOf": [ref]}),
]  # fmt: skip


@pytest.mark.parametrize("schema", ORDINARY)
def test_an_ordinary_schema_is_taken(schema: Schema) -> None:
    assert json_schemas.schema_problems(json.loads(json.dumps(schema)), "") == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?=.*b)c", r"(a)\1", r"(?<year>a)\k<year>", r"^((?!bad).)*$", r"^(?!a)b|c", r"a(?=b)", r"^(?!(?=a)b)c",
        r"(?<=a)b", r"(?<!a)b", r"^(?:(?=a)b)$", r"a$(?<=a)", r"^(?=(a+)+$)(?=b\1)c", r"^(?!a", r"^\w+(?!x)$", r"x(?!y)*",
        "a{1000}{1000}", "(a{100}){100}", "((((a{9}){9}){9}){9}){9}", r"\p{L}{1,255}", "(?:a{0,70}b{0,70}){70}",
        ".{1,1000}", "[^a]{999}", "(" * 200 + "a{20}" + "){20}" * 200, "a" * 2_000, "[a-z]{1,1000000}", "(.{50}){50}",
        r"(?=a{5000})b", r"\1", "^(?=[^x]{900})", "(?<!",
    ],
)  # fmt: skip
def test_a_pattern_that_takes_time_out_of_proportion_is_refused_by_name(pattern: str) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": pattern}}}
    started = time.thread_time()
    (found,) = json_schemas.schema_problems(schema, "")
    assert time.thread_time() - started < 1
    assert found["path"] == "/properties/a/pattern"
    assert pattern[:40] in found["message"] or "regex" in found["message"]
    named: Schema = {"type": "object", "patternProperties": {pattern: {}}}
    assert len(json_schemas.schema_problems(named, "")) == 1


@pytest.mark.parametrize(
    ("pattern", "fit", "unfit"),
    [
        (r"^(?!\s*$).+", ["a", " a"], ["", "   "]),
        (r"^(?=.*[A-Z])(?=.*\d).{8,}$", ["Abcdefg1", "1234567A"], ["abcdefg1", "Abcdefgh", "A1"]),
        (r"^(?!x)", ["", "a", "ax"], ["x", "xa"]),
        (r"^(?!-)[a-z-]{1,63}$", ["a-b"], ["-a", "a" * 64]),
        (r"^(?!a)(b|c)$", ["b", "c"], ["a", "bb"]),
        (r"^(?!a[)]b)c*$", ["ccc"], ["b"]),
        (r"^(?!.*\.\.)[a-z.]+$", ["a.b"], ["a..b"]),
        (r"[(?=]+", ["(?="], ["a"]),
        (r"^\(?=a", ["(=a", "=a"], ["?=a"]),
        (r"^\w{1,64}$", ["abc"], ["a b", "a" * 65]),
        (r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$", ["DE02120300000000202051"], ["DE"]),
    ],
)
def test_a_pattern_that_looks_ahead_at_its_start_means_what_it_says(
    pattern: str, fit: list[str], unfit: list[str]
) -> None:
    schema = {"type": "object", "properties": {"a": {"pattern": pattern}}}
    assert json_schemas.schema_problems(schema, "") == []
    assert all(json_schemas.value_problems(schema, {"a": value}) == [] for value in (*fit, 7, None, ["x"]))
    assert all(json_schemas.value_problems(schema, {"a": value})[0]["path"] == "/a" for value in unfit)


@pytest.mark.parametrize(
    "pattern", ["[", "(", "a{2,1}", "*a", "(?P<n", "\\", "[z-a]", "a**", "{", "(?", "[\\", "(?=", "\\p{", "]"]
)
def test_no_pattern_breaks_the_one_who_counts_it(pattern: str) -> None:  # fmt: skip
    assert patterns.states(pattern) >= 1
    json_schemas.schema_problems({"type": "object", "properties": {"a": {"pattern": pattern}}}, "")


WRONG: list[tuple[Schema, list[Any]]] = [
    ({"type": "integer"}, ["x"] * 300_000),
    ({"allOf": [{"type": "integer"}] * 100}, ["x"] * 3_000),
    ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, ["x"] * 100_000),
    ({"enum": list(range(1_000))}, ["x" * 100] * 5_000),
    ({"type": "string", "maxLength": 5}, ["x" * 100_000] * 10),
    ({"required": [f"r{at}" for at in range(1_000)]}, [{}] * 1_000),
    ({"additionalProperties": False}, [{f"p{at}": 1 for at in range(1_000)}] * 50),
    ({"type": "object", "propertyNames": {"maxLength": 1}}, [{f"p{at}": 1 for at in range(1_000)}] * 50),
    ({"const": "y"}, ["x" * 1_000_000]),
]


@pytest.mark.parametrize(("items", "value"), WRONG)
def test_what_is_wrong_is_told_up_to_a_bound(items: Schema, value: list[Any]) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": items}}}
    contract = json_schemas.compiled(canonical.text(schema))
    started = time.thread_time()
    found = json_schemas.faults_of(contract, {"a": value})
    assert time.thread_time() - started < 0.5
    assert 1 <= len(found) <= json_schemas.PROBLEMS_MAX
    assert len(json.dumps(found)) < 20_000


def test_a_few_problems_of_a_small_value_are_all_told() -> None:
    schema: Schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"maximum": 5}}, "required": ["c"]}
    assert {one["path"] for one in json_schemas.value_problems(schema, {"a": 1, "b": 6})} == {"", "/a", "/b"}


def test_a_schema_from_before_is_still_held_against_values_and_counts_as_heavy() -> None:
    text = canonical.text({"type": "object", "properties": {"a": {"type": "string", "pattern": "a(?=b)"}}})
    old = json_schemas.compiled(text)
    assert json_schemas.faults_of(old, {"a": "ab"}) == []
    assert len(json_schemas.faults_of(old, {"a": "ac"})) == 1
    assert old.work("x" * 100_000) > json_schemas.WORK_MAX


@pytest.mark.parametrize("schema", BRANCHING[:4])
def test_what_is_counted_is_no_less_than_what_is_done(schema: Schema) -> None:
    with pytest.raises(schema_costs.TooMuch):
        json_schemas.admit(schema)
    short = chain(8, lambda ref: {"anyOf": [ref, dict(ref)]})
    assert json_schemas.admit(short).checks >= 2**8


async def test_what_takes_long_is_held_against_its_schema_elsewhere_with_the_same_answer() -> None:
    schema = canonical.text({"type": "object", "properties": {"a": {"items": {"multipleOf": 0.5}}}})
    async with Reader.open() as reader:
        for last, wrong in ((2.0, 0), (2.25, 1)):
            value = {"a": [1.5] * 5_000 + [last]}
            text = canonical.plain(value)
            assert json_schemas.compiled(schema).work(text) > json_schemas.WORK_MAX
            assert len(await reader.misfits("t", schema, text, value)) == wrong
        assert reader.confinement.process_id is not None


async def test_what_takes_too_long_ends_and_is_told() -> None:
    # As it may stand in a tool that was published before patterns were looked at.
    schema = canonical.text({"type": "object", "properties": {"a": {"type": "string", "pattern": "(?=.*b)c"}}})
    value = {"a": "a" * 3_000_000}
    async with Reader.open() as reader:
        (found,) = await reader.misfits("t", schema, canonical.plain(value), value)
    assert "cannot be held against its schema" in found["message"]
    assert found["hint"] == "Send less at once."
