"""The gates' parts: arguments from a schema, mutants of a source, levels of a tenant."""

import ast

import pytest

from sandbox import Finding, Severity
from tenants.schemas import json_schemas
from tenants.gates.strength import mutants
from tenants.gates.trial import edge_arguments, pattern_texts
from tenants.rules.levels import Levels
from tests.host_syntax import write

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "items"],
    "properties": {
        "name": {"type": "string", "maxLength": 10},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "mode": {"enum": ["a", "b"]},
        "when": {"type": "string", "format": "date"},
        "items": {"type": "array", "maxItems": 5, "items": {"$ref": "#/$defs/item"}},
    },
    "$defs": {"item": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}},
}
BASE = {"name": "Ann", "count": 3, "mode": "a", "when": "2026-06-01", "items": [{"sku": "x1"}]}
SOURCE = '''"""Doc."""

LIMIT = 3


def clip(value: int, low: int = 0) -> dict:
    """Return it."""

    def inner(n):
        return n + 1 if n > 0 and not low else f"{n - 1}"

    return {"value": inner(value) if value <= LIMIT else sorted([value])}


class Holder:
    def first(self):
        return 1 == 1

    def second(self):
        return 2 * 3
'''


def made() -> list[dict]:
    return edge_arguments.arguments(SCHEMA, [BASE], 500)


def test_every_call_that_is_made_up_is_valid_and_another() -> None:
    calls = made()
    assert len(calls) > 30
    assert all(not json_schemas.value_problems(SCHEMA, call) for call in calls)
    assert len({repr(call) for call in calls}) == len(calls)
    assert BASE not in calls


def test_bounds_odd_dates_empty_lists_and_left_out_values_are_among_them() -> None:
    calls = made()
    assert {call.get("count") for call in calls} >= {1, 9, 2, 8, None}
    assert "2026-02-30" in {call.get("when") for call in calls}
    assert [] in [call["items"] for call in calls]
    assert max(len(call["items"]) for call in calls) == 5
    assert any(item["sku"] != "x1" for call in calls for item in call["items"])


def test_a_few_calls_still_reach_every_place() -> None:
    few = edge_arguments.arguments(SCHEMA, [BASE], 7)
    changed = {name for call in few for name in SCHEMA["properties"] if call.get(name) != BASE[name]}
    assert changed == set(SCHEMA["properties"])


async def test_mutants_share_one_source_and_a_switch() -> None:
    source, several = await mutants.make(ast.parse(SOURCE), "clip", 100, "seed", write)
    ast.parse(source)
    changes = {(one.was, one.became) for one in several}
    assert ("n > 0", "n >= 0") in changes
    assert ("n + 1", "n - 1") in changes
    assert ("2 * 3", "2 + 3") in changes
    assert ("sorted([value])", "list([value])") in changes
    scope: dict = {}
    exec(compile(source, "tool.py", "exec"), scope)
    assert scope["clip"](value=3) == {"value": 4}
    assert scope["clip"](value=3, **{mutants.SWITCH: 0}) == {"value": 4}
    number = next(one.number for one in several if one.was == "n + 1")
    assert scope["clip"](value=3, **{mutants.SWITCH: number}) == {"value": 2}


TABLES = '''"""Doc."""

import re
from decimal import Decimal

PAGE = 200
RATES = {"DE": Decimal("0.19"), "FR": Decimal("0.20")}
KNOWN = sorted(RATES)
CODE = re.compile("[a-z]+", re.IGNORECASE)
TAKEN = 5


def rate(code: str, least: int = TAKEN) -> dict:
    """Return it."""
    known = code in KNOWN and CODE.fullmatch(code) is not None
    return {"known": known, "rate": str(RATES.get(code, 0)), "least": least, "page": 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8}
'''


async def test_what_a_module_says_once_is_mistaken_too_and_all_that_is_made_of_it() -> None:
    source, several = await mutants.make(ast.parse(TABLES), "rate", 40, "seed", write)
    scope: dict = {}
    exec(compile(source, "tool.py", "exec"), dict(scope))

    def answered(was: str) -> dict:
        own: dict = {}
        exec(compile(source, "tool.py", "exec"), own)
        number = next(one.number for one in several if one.was == was)
        return own["rate"](code="FR", **{mutants.SWITCH: number})

    said = {one.was for one in several}
    assert not {one for one in said if one.startswith(("PAGE", "TAKEN"))}
    assert answered("RATES: 'FR': Decimal('0.20')")["known"] is False
    assert "CODE: re.IGNORECASE" not in said or answered("CODE: re.IGNORECASE")["known"] is False
    assert answered("1 + 2")["known"] is True


async def test_mutants_are_sampled_the_same_way_for_the_same_seed() -> None:
    one, other = (await mutants.make(ast.parse(SOURCE), "clip", 4, "a", write))[1], (await mutants.make(ast.parse(SOURCE), "clip", 4, "a", write))[1]
    assert one == other
    assert len(one) == 4


@pytest.mark.parametrize(
    ("levels", "gate", "severity"),
    [
        (Levels(), "robustness", "error"),
        (Levels({"robustness": "warn"}), "robustness", "warning"),
        (Levels({"safety": "warn"}), "safety", "error"),
        (Levels(warnings_block=True), "robustness", "error"),
    ],
)
def test_a_tenant_may_relax_some_gates_and_no_other(levels: Levels, gate: str, severity: str) -> None:
    [finding] = levels.judged(gate, [Finding(gate, "error", "It crashes.")])
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("levels", "said", "severity"),
    [
        (Levels(), "question", "question"),
        (Levels(questions_block=True), "question", "error"),
        (Levels(questions_block=True), "warning", "warning"),
        (Levels(warnings_block=True), "question", "question"),
        (Levels(warnings_block=True), "warning", "error"),
        (Levels({"robustness": "warn"}), "question", "question"),
        (Levels({"robustness": "warn"}, questions_block=True), "question", "error"),
    ],
)
def test_a_question_is_for_the_approver_unless_the_tenant_wants_none(
    levels: Levels, said: Severity, severity: Severity
) -> None:
    [finding] = levels.judged("robustness", [Finding("robustness", said, "Is that meant?")])
    assert finding.severity == severity


SPARED = '''"""Doc."""

from sealwright import http, log, progress


def send(items: list) -> dict:
    """Send them."""
    for count, (one, other) in enumerate(zip(items, items, strict=True), 1):
        http.get("https://a.example", timeout_ms=5_000)
        progress(count, len(items) + 1)
        log.info("sent", number=count + 1)
    return {"sent": len(items) > 3}
'''


async def test_a_mistake_that_nobody_can_notice_is_not_made() -> None:
    changes = [one.was for one in (await mutants.make(ast.parse(SPARED), "send", 100, "seed", write))[1]]
    assert changes == ["len(items) > 3", "3"]


@pytest.mark.parametrize(
    ("pattern", "some"),
    [
        ("^[A-Z]{2}[0-9]{4}$", {"AA0000", "ZZ9999"}),
        ("^(?:open|shut)$", {"open", "shut"}),
        (r"^-?\d{1,3}[.]\d{2}$", {"0.00", "-999.99"}),
        ("^a+b?$", {"a"}),
        ("^[^a]$", {"Z"}),
        ("^x{3}|y$", {"xxx", "y"}),
        (r"^\w{2,}$", {"aa"}),
        ("(?i)a", set[str]()),
        (r"\p{L}", set[str]()),
    ],
)
def test_texts_are_made_from_a_pattern(pattern: str, some: set[str]) -> None:
    assert some <= set(pattern_texts.samples(pattern))


def test_an_option_that_no_example_gives_is_given_and_a_list_has_one_item() -> None:
    schema = {
        "type": "object",
        "properties": {
            "many": {"type": "array", "items": {"type": ["integer", "null"]}},
            "day": {"type": "string"},
            "more": {"type": "integer", "minimum": 1, "maximum": 3},
        },
        "required": ["many"],
    }
    calls = edge_arguments.changed(schema, [{"many": [1, 2]}, {"many": [3], "day": "2026-05-06"}], 200)
    assert {one.arguments.get("more") for one in calls} >= {1, 2, 3}
    assert [None] in [one.arguments["many"] for one in calls]
    assert {one.arguments.get("day") for one in calls if one.base == 1} >= {"2024-02-29", "2026-12-31"}


def test_a_gate_that_keeps_tools_safe_cannot_be_turned_off() -> None:
    assert not Levels({"strength": "off"}).runs("strength")
    assert Levels({"safety": "off"}).runs("safety")
