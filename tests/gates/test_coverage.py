"""Coverage and clients: what no case shows is named, and what a client is known to refuse."""

import ast
from typing import Any

import pytest

from sandbox import Component, Image, Pool
from tenants.gates import clients
from tenants.confinement import spec_fields
from tenants.gates.coverage import coverage
from tenants.gates.robustness import odd_rows, robustness
from tenants.gates.strength import lines, mutants
from tests.host_syntax import write
from tests.gates.suite import candidate_of, tools

SOURCE = '''"""Doc."""

from sealwright import ToolError


def grade(points: int) -> dict:
    """Return the grade."""
    if points > 90:
        return {"grade": "a"}
    if points < 0:
        raise ToolError("bad_points", "Points are 0 to 100.", hint="Send them.")
    for _ in range(points - 80):
        points += 1
    return {"grade": "b"}
'''


async def test_each_branch_is_a_block_and_what_only_raises_is_told_by_its_code() -> None:
    source, blocks = await lines.marked(ast.parse(SOURCE), "grade", write)
    assert blocks == [(7, 14), (9, 9), (13, 13)]
    assert lines.error_codes(ast.parse(SOURCE)) == ["bad_points"]
    compile(source, "tool.py", "exec")
    assert lines.met("x\nsealwright ran blocks 0,2\n") == {0, 2}
    assert lines.met("nothing of the kind") == set()


async def test_lines_answers_and_errors_that_no_case_shows_are_named(pool: Pool, image: Image) -> None:
    tool = next(one for one in tools("kinds") if str(one) == "scopes/of_the_order")
    candidate = candidate_of(tool.spec, tool.source, pool, image)
    built = await pool.fork(tool.source, tool.spec["name"])
    assert isinstance(built, Component)
    candidate.component = built
    said = [finding.message for finding in await coverage.check(candidate)]
    assert said[0] == "No case shows these answers of output_schema: before, uncertain."
    assert said[-1].startswith("No case runs lines ")
    assert {finding.severity for finding in await coverage.check(candidate)} == {"warning"}


PROPERTIES: dict[str, Any] = {"properties": {"a": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "who"),
    [
        ({**PROPERTIES, "anyOf": [{"required": ["a"]}]}, "Claude's API"),
        ({**PROPERTIES, "oneOf": [{"required": ["a"]}]}, "OpenAI"),
        ({**PROPERTIES, "allOf": [{"required": ["a"]}]}, "Claude's API"),
        ({"properties": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"properties": {"m": {"$ref": "#/$defs/n"}}}}}, "Recursion"),
        ({"properties": {"a": {"$ref": "#"}}}, "Recursion"),
        (
            {
                "properties": {"a": {"$ref": "#/$defs/n"}},
                "$defs": {"n": {"items": {"$ref": "#/$defs/m"}}, "m": {"items": {"$ref": "#/$defs/n"}}},
            },
            "Recursion",
        ),
        ({"properties": {"a": {"type": "integer", "maximum": 2**60}}}, "JavaScript"),
        ({"properties": {"a": {"type": "integer", "default": -(2**70)}}}, "JavaScript"),
        ({"properties": {"a": {"enum": [2**54]}}}, "JavaScript"),
    ],
)
def test_a_schema_that_clients_refuse_is_told_with_who_they_are(schema: dict[str, Any], who: str) -> None:
    found = list(clients.refusals({"input_schema": {"type": "object", **schema}, "output_schema": None}))
    assert any(who in finding.message for finding in found), found
    assert all(finding.severity == "warning" and finding.hint for finding in found)


@pytest.mark.parametrize(
    "schema",
    [
        PROPERTIES,
        {},
        {"properties": {}},
        {"properties": {"a": True, "b": {"items": False}}},
        {"properties": {"a": {"$anchor": "x", "type": "string"}}},
        {**PROPERTIES, "additionalProperties": False},
        {"properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}}},
        {"properties": {"a": {"type": "boolean", "default": True}}},
        {"properties": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"type": "string"}}},
        {"properties": {"a": {"type": "integer", "maximum": 2**53}}},
        {"properties": {"items": {"type": "array", "items": {"type": "string"}}}},
    ],
)
def test_a_schema_that_all_take_has_nothing_said_of_it(schema: dict[str, Any]) -> None:
    assert list(clients.refusals({"input_schema": {"type": "object", **schema}, "output_schema": None})) == []


ROWS = '''"""Add up what is owed."""

from decimal import Decimal

from sealwright import sql


def owed_total(customer: str) -> dict[str, str]:
    """Return the sum."""
    rows = sql.query("erp", "SELECT amount FROM bills WHERE customer = :customer", {"customer": customer})
    return {"owed": str(sum((Decimal(row["amount"]) for row in rows), Decimal(0)))}
'''


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("amount TEXT", True),
        ("amount NUMERIC(10, 2)", True),
        ('"amount" TEXT', True),
        ("amount TEXT DEFAULT '0'", True),
        ("amount TEXT NOT NULL", False),
        ("amount TEXT not  null", False),
        ("amount TEXT PRIMARY KEY", False),
    ],
)
async def test_a_column_that_may_be_null_is_tried_so(column: str, told: bool, pool: Pool, image: Image) -> None:  # noqa: FBT001
    script = f"CREATE TABLE bills (customer TEXT NOT NULL, {column}); INSERT INTO bills VALUES ('ann', '7.50');"
    spec = spec_fields.complete(
        {
            "name": "owed_total",
            "description": "Adds up what a customer owes.",
            "input_schema": {"type": "object", "properties": {"customer": {"type": "string"}}, "required": ["customer"]},
            "examples": [
                {"arguments": {"customer": "ann"}, "world": {"sql": {"erp": script}}, "result": {"owed": "7.50"}}
            ],
            "capabilities": {"sql": ["read erp"]},
        }
    )
    candidate = candidate_of(spec, ROWS, pool, image)
    built = await pool.fork(ROWS, "owed_total")
    assert isinstance(built, Component)
    candidate.component = built
    found = [one for one in await odd_rows.odd_rows(candidate, robustness.crash_of) if one is not None]
    assert bool(found) is told
    assert all(one.severity == "warning" and "bills.amount is null" in one.message for one in found)


BRANCHES = '''"""Doc."""

from __future__ import annotations


def grade(points: int, low: int = 2 - 1) -> dict:
    """Return the grade."""
    if points > 90: points = points + 1
    for one in range(points - 3):
        points += one * 2
    return {"grade": points}
'''


async def test_a_mistake_is_looked_for_by_the_calls_that_come_to_it() -> None:
    """What a call runs without coming to a block cannot be other than it was for a mistake within it."""
    tree = ast.parse(BRANCHES)
    marks = lines.Marks.of(tree)
    source, made = await mutants.make(tree, "grade", 100, "seed", write, marks)
    compile(source, "tool.py", "exec")
    blocks = {(one.was, one.became): one.block for one in made}
    assert blocks["points > 90", "points >= 90"] == 0
    assert blocks["points + 1", "points - 1"] == 1
    assert blocks["one * 2", "one + 2"] == 2
    assert "__future__" in source.split("_sealwright_ran = set()")[0]
