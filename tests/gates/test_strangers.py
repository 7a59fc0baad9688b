"""What one more stranger wrote: of these flaws each is asked about since, and nothing is asked of its sound twin."""

import random

import pytest

from sandbox import Component, Finding, Image, Pool
from tenants.gates.consistency import consistency
from tests.gates.suite import STRANGERS, Tool, candidate_of, judge, tools

EVERY = tools(STRANGERS)
# What each family's flaw is asked about, in a word of the question.
ASKED = {
    "data_erasure": "only begins with",
    "delivery_notice": "answers with the status rejected",
    "rent_reminders": "is left out as if it had been done",
    "school_library": "in Europe/Berlin, the result says",
    "shop_orders": "has always one page more",
    "supplier_payments": "which nobody has approved",
    "supplier_prices": "is no UTF-8",
    "waiting_room": "comes out as well",
    "event_waitlist": "offsets to UTC",
    "newsletter": "regard to case",
    "freight": "unit lost",
    "cost_centers": "add up to `total`",
}
# The same few in every run of the tests.
SAMPLE = random.Random("strangers").sample([tool for tool in EVERY if tool.sound], 3)  # noqa: S311 - a sample


async def questions(tool: Tool, pool: Pool, image: Image) -> list[Finding]:
    candidate = candidate_of(tool.spec, tool.source, pool, image)
    built = await pool.fork(tool.source, tool.spec["name"])
    assert isinstance(built, Component)
    candidate.component = built
    return await consistency.check(candidate)


def test_the_set_has_a_flawed_twin_of_each_sound_tool() -> None:
    assert len(EVERY) == 64
    for family in {tool.family for tool in EVERY}:
        assert sorted(tool.sound for tool in EVERY if tool.family == family) == [False, True]
    assert all(tool.named for tool in EVERY if not tool.sound)


@pytest.mark.parametrize("family", ASKED)
async def test_a_flaw_that_was_missed_is_asked_about_and_its_sound_twin_is_not(
    family: str, pool: Pool, image: Image
) -> None:
    for tool in EVERY:
        if tool.family == family:
            found = await questions(tool, pool, image)
            assert [ASKED[family] in one.message for one in found] == ([] if tool.sound else [True]), found
            assert all(one.severity == "question" and one.hint for one in found)


@pytest.mark.parametrize("tool", SAMPLE, ids=str)
async def test_what_is_sound_is_let_be(tool: Tool, pool: Pool, image: Image) -> None:
    verdict = await judge(tool, pool, image)
    assert verdict.standing == "passed", verdict.report.findings
