"""Cases state what a tool does, and a tool that does anything else is stopped, also where its results are right."""

import json
from typing import Any

import pytest

from sandbox import Component, Finding, Image, Pool
from sandbox.rules import Grammar
from tenants import gates
from tenants.confined import spec_rules
from tenants.confinement import spec_fields
from tenants.gates.invariants import expressions
from tenants.gates.strength import mutants
from tenants.gates.strength.bench import Bench
from tests.gates.suite import WRONG, Tool, candidate_of, errors_of, judge, tools

TOOLS = {str(tool): tool for tool in tools(WRONG)}


@pytest.mark.parametrize("name", [name for name, tool in TOOLS.items() if not tool.sound])
async def test_a_tool_that_is_wrong_only_in_what_it_does_is_stopped_by_what_its_examples_state(
    name: str, pool: Pool, image: Image
) -> None:
    verdict = await judge(TOOLS[name], pool, image)
    assert verdict.by[:1] == ["examples"]
    said = [finding.message for finding in verdict.report.findings if finding.gate == "examples"]
    assert all("what it did is not what the case states" in one and "expected" in one for one in said)


@pytest.mark.parametrize("name", [name for name, tool in TOOLS.items() if tool.sound])
async def test_its_sound_twin_passes(name: str, pool: Pool, image: Image) -> None:
    verdict = await judge(TOOLS[name], pool, image)
    assert verdict.by == []


SPEC: dict[str, Any] = {
    "name": "remind",
    "description": "Reminds somebody of an amount by mail, once, and notes it.",
    "input_schema": {
        "type": "object",
        "additionalProperties": False,
        "required": ["to", "amount"],
        "properties": {
            "to": {"type": "string", "pattern": "^[a-z]{1,20}@example[.]com$"},
            "amount": {"type": "integer", "minimum": 1, "maximum": 1000},
        },
    },
    "output_schema": {
        "type": "object",
        "additionalProperties": False,
        "required": ["sent"],
        "properties": {"sent": {"type": "boolean"}},
    },
    "effects": "idempotent",
    "capabilities": {"email": ["from bills@acme.example"], "ledger": ["reminded/*"]},
    "examples": [
        {"arguments": {"to": "ann@example.com", "amount": 7}, "result": {"sent": True}},
        {"arguments": {"to": "bob@example.com", "amount": 9}, "result": {"sent": True}},
    ],
    "holdouts": [{"arguments": {"to": "cy@example.com", "amount": 3}, "result": {"sent": True}}],
}
SOURCE = '''"""Remind somebody of an amount."""

from sealwright import ToolError, email, ledger


def remind(to: str, amount: int) -> dict:
    """Send one reminder for each address and amount."""
    key = f"reminded/{to}/{amount}"
    (state,) = ledger.claim([key])
    if state != "claimed":
        return {"sent": state == "done"}
    try:
        email.send(to, f"You owe {amount}.00 EUR", f"Please pay {amount}.00 EUR.\\n", sender="bills@acme.example", key=key)
    except email.Unavailable as error:
        ledger.release([key])
        raise ToolError("unavailable", "The mail server takes nothing for now.") from error
    except email.Rejected as error:
        raise ToolError("rejected", f"{to} is refused.") from error
    ledger.done([key])
    return {"sent": True}
'''
MAIL = {"to": "ann@example.com", "subject": "You owe 7.00 EUR", "text": "Please pay 7.00 EUR."}
DONE: dict[str, Any] = {"email": [MAIL], "ledger": ["reminded/ann@example.com/7"]}


def stating(done: Any = None, **more: Any) -> dict[str, Any]:
    """The spec, with what the first example states."""
    first, second = SPEC["examples"]
    return spec_fields.complete({**SPEC, "examples": [{**first, **({"done": done} if done else {}), **more}, second]})


async def findings(spec: dict[str, Any], pool: Pool, image: Image, source: str = SOURCE) -> list[Finding]:
    assert spec_rules.problems(spec) == []
    return (await gates.examine(candidate_of(spec, source, pool, image), lambda _: None)).findings


async def errors(spec: dict[str, Any], pool: Pool, image: Image, source: str = SOURCE) -> list[Finding]:
    return [finding for finding in await findings(spec, pool, image, source) if finding.severity == "error"]


async def test_a_tool_that_does_more_than_read_has_to_state_it_and_the_block_is_ready_to_paste(
    pool: Pool, image: Image
) -> None:
    (error,) = await errors(stating(), pool, image)
    assert error.gate == "effects"
    assert "mail to ann@example.com" in error.message
    assert error.hint is not None
    block = json.loads("{" + error.hint[error.hint.index('"done": ') :] + "}")["done"]
    assert block.pop("recorded") is True
    assert block["email"] == [{**MAIL, "text": "Please pay 7.00 EUR.\n"}]
    assert await errors(stating(block), pool, image) == []


async def test_a_recorded_block_is_marked_until_somebody_has_looked_at_it(pool: Pool, image: Image) -> None:
    said = await findings(stating({**DONE, "recorded": True}), pool, image)
    assert [(one.gate, one.severity) for one in said if "recorded" in one.message] == [("effects", "warning")]
    assert not [one for one in said if one.severity == "error"]


@pytest.mark.parametrize(
    "done",
    [
        DONE,
        {"email": [{**MAIL, "text": {"contains": ["7.00 EUR", "pay"]}}], "ledger": DONE["ledger"]},
        {"email": [{**MAIL, "subject": {"matches": "^You owe [0-9]+[.]00 EUR$"}}], "ledger": DONE["ledger"], "others": "allowed"},
        {"email": [{"to": "Ann <ANN@example.com>", "open": ["subject", "text"]}], "ledger": DONE["ledger"], "others": ["ledger"]},
        {"email": [{**MAIL, "text": {"lacks": "None"}}], "ledger": [{"key": {"contains": "ann"}}]},
        {"email": [MAIL], "others": ["ledger"]},
        {**DONE, "open": ["email/*/text"], "email": [{**MAIL, "text": "whatever"}]},
    ],
)
async def test_what_is_done_can_be_stated_whole_in_part_or_left_open_by_name(
    done: Any, pool: Pool, image: Image
) -> None:
    assert await errors(stating(done), pool, image) == []


async def test_a_key_that_keeps_it_to_once_is_left_to_others_only_beside_what_is_done(pool: Pool, image: Image) -> None:
    (error,) = await errors(stating({"others": ["ledger", "email"]}), pool, image)
    assert error.gate == "effects"


@pytest.mark.parametrize(
    ("done", "said"),
    [
        ({**DONE, "email": [{**MAIL, "to": "bob@example.com"}]}, 'to: expected "bob@example.com", came'),
        ({**DONE, "email": [{**MAIL, "subject": "You owe 70.00 EUR"}]}, 'subject: expected "You owe 70.00 EUR"'),
        ({**DONE, "email": [{**MAIL, "text": {"contains": "8.00"}}]}, 'a text that contains "8.00"'),
        ({**DONE, "email": [{**MAIL, "text": {"lacks": "pay"}}]}, 'a text without "pay"'),
        ({**DONE, "email": [{**MAIL, "text": {"matches": "^Dear"}}]}, "a text that matches ^Dear"),
        ({**DONE, "email": [{"to": MAIL["to"], "subject": MAIL["subject"]}]}, "text: expected nothing is said of it"),
        ({**DONE, "email": [MAIL, MAIL]}, "mail to ann@example.com was expected, and was not done"),
        ({**DONE, "email": [{**MAIL, "html": "<p>"}]}, 'html: expected "<p>", came nothing there'),
        ({**DONE, "email": []}, "mail to ann@example.com was done, and the case does not state it"),
        ({"email": [MAIL]}, "ledger key reminded/ann@example.com/7 was done"),
        ({**DONE, "ledger": ["reminded/ann@example.com"]}, "ledger key"),
        ({**DONE, "kv": {"tool": {"last": 7}}}, "kv tool last was expected, and was not done"),
        ({**DONE, "email": [{**MAIL, "key": "another"}]}, 'key: expected "another"'),
    ],
)
async def test_what_is_not_so_is_told_in_words(done: Any, said: str, pool: Pool, image: Image) -> None:
    found = await errors(stating(done), pool, image)
    found = [finding for finding in found if finding.gate != "effects"]
    assert {finding.gate for finding in found} == {"examples"}
    assert any(said in finding.message for finding in found), [finding.message for finding in found]
    assert all("ann@example.com" in (finding.hint or "") for finding in found)


async def test_a_holdout_states_what_is_done_and_its_author_does_not_hear_what_is_expected(
    pool: Pool, image: Image
) -> None:
    holdout = {**SPEC["holdouts"][0], "done": {"email": [{**MAIL, "to": "secret@example.com"}], "others": "allowed"}}
    spec = {**stating(DONE), "holdouts": [holdout]}
    (error,) = await errors(spec, pool, image)
    assert (error.gate, error.message) == ("holdouts", "Hold-out 1: what it did is not what is expected, in email.")
    assert "secret@example.com" not in json.dumps(spec_fields.without_answers(spec))


async def test_mistakes_in_what_is_done_count_as_noticed_only_where_a_case_states_it(pool: Pool, image: Image) -> None:
    tool = TOOLS["stock_levels_push/plain"]
    silent = {
        field: [{name: value for name, value in case.items() if name != "done"} for case in tool.spec[field]]
        for field in ("examples", "holdouts")
    }
    assert await survivors({**tool.spec, **silent}, tool, pool, image) > await survivors(tool.spec, tool, pool, image)


async def survivors(spec: dict[str, Any], tool: Tool, pool: Pool, image: Image) -> int:
    """How many mistakes made on purpose nobody notices."""
    candidate = candidate_of(spec, tool.source, pool, image)
    source, made = await mutants.make(await candidate.tree(), spec["name"], 200, "seed", candidate.grammar.write)
    built = await pool.fork(source, spec["name"])
    assert isinstance(built, Component)
    candidate.component = built
    cases = [*spec["examples"], *spec["holdouts"]]
    bench = Bench(candidate, built)
    return sum([await bench.survives(one, cases, 2_000_000_000) for one in made])


@pytest.mark.parametrize(
    ("check", "holds"),
    [
        ("result['sent'] in (True, False)", True),
        ("len(done['email']) <= 1", True),
        ("all(one['to'] in (arguments['to'], [arguments['to']]) for one in done['email'])", True),
        ("error in (None, 'unavailable', 'rejected', 'uncertain')", True),
        ("Decimal(arguments['amount']) < 500", False),
        ("result['count'] >= 0", False),
        ("not done['ledger']", False),
    ],
)
async def test_what_is_always_so_is_held_against_every_call_that_gates_make(
    check: str, holds: bool, pool: Pool, image: Image
) -> None:
    spec = {**stating(DONE), "always": [{"say": "so it is", "check": check}]}
    found = await errors(spec, pool, image)
    assert ([one.gate for one in found] == []) is holds, found
    if not holds:
        (error,) = found
        assert error.gate == "invariants"
        assert "Called with" in error.message
        assert "so it is" in error.message


@pytest.mark.parametrize(
    "check",
    ["import os", "x = 1", "(", "unknown > 3", "arguments['a'", "lambda: nobody", "result) or (True", "yield 1; 2"],
)
async def test_an_invariant_is_one_expression_over_what_is_given(check: str, pool: Pool) -> None:
    assert await expressions.reading_problems(Grammar(pool), [{"say": "so", "check": check}], "/always")


@pytest.mark.parametrize("check", ["", " ", 7, None, "1" * 1_001])
def test_an_invariant_is_a_text_of_some_length(check: Any) -> None:
    assert spec_rules.problems({**SPEC, "always": [{"say": "so", "check": check}]})


@pytest.mark.parametrize("always", [{}, "x", [1], [{}], [{"say": "so"}], [{"say": "", "check": "True"}], [{"say": "so", "check": "True", "why": 1}]])
def test_what_is_always_so_is_said_and_checked(always: Any) -> None:
    assert spec_rules.problems({**SPEC, "always": always})
