"""Mistakes of which the author says that nobody could notice them: questions to the approver, until a call says no."""

from typing import Any

import pytest

from sandbox import Component, Finding, Image, Pool
from tenants.confined import spec_rules
from tenants.confinement import spec_fields, spec_schemas
from tenants.gates.strength import strength
from tests.gates.suite import candidate_of
from tests.makers import TenantAccess, make_spec, submit

# What `max` gives of two that are equal is all the same; where the fee begins is not.
SOURCE = '''"""Fees."""


def fee(hours: int, guests: int) -> dict[str, int]:
    """Return what is to be paid, in cents."""
    longest = hours if hours > 1 else 1
    paid = longest * 500
    if guests > 4:
        paid = paid + (guests - 4) * 150
    return {"fee": paid}
'''
SAME = {"was": "hours > 1", "became": "hours >= 1", "because": "one hour is one hour, whichever branch gives it"}
SCHEMA = {
    "type": "object",
    "properties": {name: {"type": "integer", "minimum": 0, "maximum": 99} for name in ("hours", "guests")},
    "required": ["hours", "guests"],
    "additionalProperties": False,
}


def spec_of(*claims: Any, cases: tuple[tuple[int, int, int], ...] = ((3, 0, 1500), (2, 6, 1300))) -> dict[str, Any]:
    examples = [{"arguments": {"hours": h, "guests": g}, "result": {"fee": fee}} for h, g, fee in cases]
    given = make_spec("fee", input_schema=SCHEMA, output_schema=None, examples=examples, holdouts=[])
    return spec_fields.complete({**given, "equivalent": list(claims)})


async def said(spec: dict[str, Any], pool: Pool, image: Image) -> list[Finding]:
    candidate = candidate_of(spec, SOURCE, pool, image)
    built = await pool.fork(SOURCE, "fee")
    assert isinstance(built, Component)
    candidate.component = built
    return await strength.check(candidate)


def of(severity: str, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity == severity]


async def test_a_survivor_that_is_claimed_is_a_question_and_counts_no_more(pool: Pool, image: Image) -> None:
    without, claimed = await said(spec_of(), pool, image), await said(spec_of(SAME), pool, image)
    (question,) = of("question", claimed)
    assert "`hours > 1` (6:24) becomes `hours >= 1`" in question.message
    assert SAME["because"] in question.message
    assert question.line == 6
    assert question.hint
    assert of("question", without) == []
    assert "6:24" in str(without) or not without
    assert "6:24" not in str([one for one in claimed if one is not question])


@pytest.mark.parametrize(
    "more", [{}, {"line": 6}, {"was": "hours>1"}, {"was": " hours  >  1 ", "became": "hours>=\n1"}], ids=str
)
async def test_a_claim_is_taken_however_it_is_spaced_and_with_its_line(
    more: dict[str, Any], pool: Pool, image: Image
) -> None:
    assert len(of("question", await said(spec_of({**SAME, **more}), pool, image))) == 1


async def test_a_claim_that_a_call_contradicts_is_an_error_with_that_call(pool: Pool, image: Image) -> None:
    wide = {"was": "guests - 4", "became": "guests + 4", "because": "it is all the same"}
    few = ((3, 0, 1500), (2, 0, 1000))
    found = await said(spec_of(wide, cases=few), pool, image)
    (error,) = [one for one in of("error", found) if "`equivalent` says" in one.message]
    assert "called with" in error.message
    assert "`guests - 4` (9:24)" in error.message
    assert of("question", found) == []
    # It counts as what nobody notices, as if nothing had been said.
    assert "9:24" in str([one for one in found if one is not error])


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ({**SAME, "line": 7}, "that is made at 6:24"),
        ({**SAME, "was": "hours > 2"}, "mistakes made in this source is that"),
        ({**SAME, "became": "hours < 1"}, "mistakes made in this source is that"),
        ({"was": "longest * 500", "became": "longest + 500", "because": "so"}, "the cases notice that"),
    ],
)
async def test_a_claim_that_names_no_survivor_is_told_so(claim: Any, why: str, pool: Pool, image: Image) -> None:
    found = await said(spec_of(claim), pool, image)
    (void,) = [one for one in of("warning", found) if "names no mistake" in one.message]
    assert why in void.message
    assert of("question", found) == []


@pytest.mark.parametrize(
    "given",
    [
        "x", {}, [1], [None], [{}], [{"was": "a", "became": "b"}], [{**SAME, "why": "x"}], [{**SAME, "because": ""}],
        [{**SAME, "because": "  "}], [{**SAME, "because": 7}], [{**SAME, "was": None}], [{**SAME, "line": 0}],
        [{**SAME, "line": "6"}], [{**SAME, "line": True}], [{**SAME, "because": "x" * 1_001}], [SAME] * 11,
    ],
    ids=str,
)  # fmt: skip
def test_a_claim_has_a_form(given: Any) -> None:
    whole = {**spec_of(), "equivalent": given}
    assert any(one["path"].startswith("/equivalent") for one in spec_rules.problems(whole))


def test_the_form_is_published_and_an_older_spec_is_as_it_was() -> None:
    assert spec_rules.problems(spec_of(SAME, {**SAME, "line": 6})) == []
    assert "equivalent" in spec_schemas.whole()["properties"]
    assert "equivalent" in spec_schemas.short()["properties"]
    assert "equivalent" not in spec_of()


async def test_the_approver_reads_it_with_the_version(tenant: TenantAccess) -> None:
    version = await submit(tenant, spec_of(SAME), SOURCE)
    assert version["state"] == "awaiting_approval"
    asked = [one for one in version["findings"] if one["severity"] == "question" and one["gate"] == "strength"]
    assert SAME["because"] in asked[0]["message"]
