"""The guide says what is checked: it is made from the tables that check, and its example goes through the gates."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import AMBIENT, CAPABILITIES, Grant, Image, Limits, Pool, worlds
from sandbox.worlds import World
from tenants import gates
from tenants.base import canonical
from tenants.base.errors import NotFoundError
from tenants.confined import documents, spec_rules
from tenants.confinement import linting, spec_fields, spec_schemas
from tenants.confinement.spec_fields import CASE, EFFECTS, FIELDS
from tenants.proving import history_gate, second_implementation
from tenants.rules import gates as gate_rules
from tenants.schemas import json_schemas
from tenants.writing import guide
from tenants.writing.guide import spec_page
from tests.gates import suite
from tests.makers import CHECKOUT, make_spec

BLOCK = re.compile(r"```(yaml|python)\n(.*?)```", re.DOTALL)
GRANTED = [name for name in CAPABILITIES if name not in AMBIENT]


def test_every_field_that_is_read_is_in_the_guide() -> None:
    said = guide.page("spec")
    for name in spec_rules._CHECKS:  # pyright: ignore[reportPrivateUsage] - what is read
        assert f"\n- `{name}`" in said, name
    for name in CASE:
        assert f"\n- `{name}`" in said, name
    assert set(spec_rules._CHECKS) == set(FIELDS)  # pyright: ignore[reportPrivateUsage]


def test_a_field_that_the_reader_learns_is_in_the_guide_and_the_schema_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learned = spec_fields.Field("what holds for every call", {"type": "array"}, default=[])
    of_a_case = spec_fields.Field("what is done", {"type": "array"})
    monkeypatch.setitem(FIELDS, "always", learned)  # pyright: ignore[reportArgumentType] - a dict at heart
    monkeypatch.setitem(CASE, "done", of_a_case)  # pyright: ignore[reportArgumentType]
    said = spec_page.spec.__wrapped__()
    assert "- `always`: what holds for every call." in said
    assert "- `done`: what is done." in said
    for schema in (spec_schemas.whole.__wrapped__(), spec_schemas.short.__wrapped__()):
        assert "always" in schema["properties"]
        assert '"done"' in json.dumps(schema)


@pytest.mark.parametrize("name", GRANTED)
def test_every_permit_that_the_guide_shows_is_one(name: str) -> None:
    shown = guide.page("spec").split("**Permits**")[1].split("**Limits**")[0]
    (line,) = [line for line in shown.splitlines() if line.startswith(f"- `{name}`: ")]
    for permit in CAPABILITIES[name].grammar:
        assert f"`{permit}`" in line
        Grant.parse({name: [CAPABILITIES[name].grammar[0], permit]})


def test_limits_are_told_with_their_defaults_and_the_most_there_is() -> None:
    assert set(Limits.MEANING) == set(Limits.DEFAULT.as_dict())
    said = guide.page("spec")
    for name, default in Limits.DEFAULT.as_dict().items():
        most = getattr(Limits.CEILING, name)
        assert f"`{name}` ({spec_page.amount(name, default)}; {spec_page.amount(name, most)})" in said
    plain = [spec_page.amount("fuel", number) for number in (20_000_000_000, 10**12, 30_000, 1_000, 7)]
    sizes = [spec_page.amount("log_bytes", number) for number in (128 << 20, 64 << 10, 1_000)]
    assert [*plain, *sizes] == ["20e9", "1000e9", "30000", "1000", "7", "128 MiB", "64 KiB", "1000"]


def test_effects_are_told_with_what_they_mean() -> None:
    for word, meaning in EFFECTS.items():
        assert f"`{word}`: {meaning}" in guide.page("spec")


def test_every_part_of_a_world_has_its_line() -> None:
    said = guide.page("spec").split("**A world**")[1]
    for part in worlds._PARTS:  # pyright: ignore[reportPrivateUsage] - what a world is read from
        (line,) = [line for line in said.splitlines() if line.startswith(f"- `{part}`: ")]
        assert len(line) > len(part) + 12, line


def test_every_gate_is_told_in_its_order() -> None:
    names = [gate.name for gate in gates.READING]
    names += ["build", *(gate.name for gate in (*gates.PROVING, *gates.TRYING))]
    names += [history_gate.NAME, second_implementation.NAME]
    assert list(gate_rules.GATES) == names
    assert re.findall(r"^- \*\*(\w+)\*\*", guide.page("gates"), re.MULTILINE) == names


def test_the_rules_of_reading_are_told_with_their_numbers() -> None:
    said = guide.page("gates")
    assert f"Lines of at most {linting.LINE_CHARACTERS_MAX} characters" in said
    assert f"complexity of at most {linting.COMPLEXITY_MAX}" in said
    for code in (*linting.MISTAKES, *linting.UNTIDY):
        assert code in said
    assert f"{gate_rules.NOTICED_ENOUGH:.0%}" in said
    assert f"{gate_rules.TIGHT:.0%}" in said


def example() -> tuple[dict[str, Any], str]:
    found = dict(BLOCK.findall(guide.page("example")))
    spec: Any = documents.parse(found["yaml"])
    return spec, found["python"]


def test_the_example_is_short_and_its_spec_is_valid() -> None:
    blocks = dict(BLOCK.findall(guide.page("example")))
    assert sum(text.count("\n") for text in blocks.values()) <= 60
    assert spec_rules.problems(example()[0]) == []


async def test_the_example_passes_every_gate_without_a_word(pool: Pool, image: Image) -> None:
    spec, source = example()
    tool = suite.Tool("guide", "guide", "example", None, spec_fields.complete(spec), source)
    report = (await suite.judge(tool, pool, image)).report
    assert [(one.gate, one.message, one.line) for one in report.findings] == []


@pytest.mark.parametrize("topic", [*guide.topics(), "guide"])
def test_every_topic_is_a_page(topic: str) -> None:
    page = guide.page(topic)
    assert page.startswith("#")
    assert "{{" not in page.replace("{{secret:x}}", "")


@pytest.mark.parametrize("topic", ["", "htp", "Spec", "../guide", "spec/", "x" * 10_000])
def test_a_topic_that_is_none_is_answered_with_those_that_are(topic: str) -> None:
    with pytest.raises(NotFoundError) as missing:
        guide.page(topic)
    assert "`" not in missing.value.message
    assert "libraries" in (missing.value.hint or "")
    assert len(missing.value.message) < 200


def test_sdk_and_libraries_are_printed_once() -> None:
    for topic in ("sdk", "libraries"):
        longest = max(guide.page(topic).splitlines(), key=len)
        assert longest not in guide.text()
        assert guide.whole().count(longest) == 1


def test_a_page_of_a_capability_has_its_sdk_and_its_bad_days() -> None:
    assert "http.send_many(" in guide.page("http")
    assert "the server answers 500" in guide.page("http")
    assert "clock.sleep(" in guide.page("clock")
    assert "secret(name" in guide.page("secret")


SPECS = sorted(CHECKOUT.glob("examples/*/spec.yaml"))
SUITES = [
    path for which in (*suite.SETS, suite.UNSEEN) for path in sorted((CHECKOUT / "tests/gates" / which).glob("*.yaml"))
]


def refusals(schema: dict[str, Any], spec: object) -> list[dict[str, str]]:
    return json_schemas.value_problems(schema, json.loads(canonical.plain(spec)))


@pytest.mark.parametrize("path", [*SPECS, *SUITES], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_schemas_take_every_spec_that_is_sound(path: Path) -> None:
    said = yaml.safe_load(path.read_text())
    spec = said.get("spec", said)
    assert refusals(spec_schemas.whole(), spec) == []
    assert refusals(spec_schemas.short(), spec) == []


def case(**fields: Any) -> dict[str, Any]:
    return {"arguments": {"a": 1, "b": 2}, "result": {"sum": 3}, **fields}


WRONG: list[dict[str, Any]] = [
    {"name": "Add"},
    {"name": "9lives"},
    {"name": "a" * 65},
    {"name": 5},
    {"title": ""},
    {"title": "x" * 201},
    {"title": 7},
    {"description": ""},
    {"description": "x" * 10_001},
    {"description": ["x"]},
    {"input_schema": []},
    {"input_schema": {}},
    {"input_schema": {"type": "array"}},
    {"output_schema": {"type": "string"}},
    {"effects": "read_only"},
    {"effects": ["read"]},
    {"capabilities": ["http"]},
    {"capabilities": {"http": "GET https://a.example/*"}},
    {"capabilities": {"http": []}},
    {"capabilities": {"htp": ["GET https://a.example/*"]}},
    {"capabilities": {"clock": ["sleep"]}},
    {"limits": {"fuel": "much"}},
    {"limits": {"fuel": 0}},
    {"limits": {"memory_bytes": 1}},
    {"limits": {"fuel": 10**13}},
    {"limits": {"memory": 1}},
    {"examples": {}},
    {"examples": [case(effects=[])]},
    {"examples": [{"arguments": {"a": 1, "b": 2}}]},
    {"examples": [case(error="x")]},
    {"examples": [{"result": {"sum": 3}}]},
    {"examples": [case(arguments=[1, 2])]},
    {"examples": [{"arguments": {"a": 1, "b": 2}, "error": ""}]},
    {"examples": [{"arguments": {"a": 1, "b": 2}, "error": {"message": "x"}}]},
    {"holdouts": [case(world=[])]},
    {"holdouts": "none"},
    {"nonsense": 1},
]


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_what_the_schema_for_editors_refuses_the_check_refuses_too(change: dict[str, Any]) -> None:
    spec = make_spec(**change)
    assert spec_rules.problems(spec)
    assert refusals(spec_schemas.whole(), spec)


def test_the_schema_for_models_has_nothing_that_clients_stumble_over() -> None:
    said = json.dumps(spec_schemas.short())
    for word in ("$ref", "$defs", "oneOf", "anyOf", "allOf", "true", "const", "not"):
        assert f'"{word}"' not in said
    assert len(said) / 4 <= 420


def test_a_world_of_the_guide_is_read() -> None:
    for one in example()[0]["examples"]:
        World(one.get("world"))
