"""Kinds of faults: tools that have one, in several spellings, beside sound ones that differ in nothing else."""

import re

import pytest

from sandbox import Image, Pool
from tests.gates.suite import KINDS, TWINS, Tool, Verdict, judge, judge_all, tools
from tests.samples import draw

EVERY = {str(tool): tool for tool in tools(KINDS)}
STRANGE = [tool for which in TWINS for tool in tools(which)]
SAMPLE = [
    *draw("flawed twins", [tool for tool in STRANGE if not tool.sound], 5),
    *draw("sound twins", [tool for tool in STRANGE if tool.sound], 7),
]
# A family by its sound and its flawed ones: what is found says little without what is let be.
FAMILIES = draw("kinds", sorted({tool.family for tool in EVERY.values()}), 12)
FOUND = {"stopped for the right reason", "asked"}


@pytest.mark.parametrize("name", [name for name, tool in EVERY.items() if tool.family in FAMILIES])
async def test_a_fault_is_named_and_what_is_sound_is_let_be(name: str, pool: Pool, image: Image) -> None:
    verdict = await judge(EVERY[name], pool, image)
    said = [finding for finding in verdict.report.findings if finding.severity != "warning"]
    assert verdict.standing in ({"passed"} if verdict.tool.sound else FOUND), said


def test_each_kind_has_a_sound_tool_and_a_flawed_one() -> None:
    families = {tool.family for tool in EVERY.values()}
    for family in families:
        assert {tool.sound for tool in EVERY.values() if tool.family == family} == {True, False}, family


async def test_a_name_that_is_only_a_name_changes_no_verdict(pool: Pool, image: Image) -> None:
    """What is built from a list of columns passes and what a caller sends does not, however the variable is called."""
    for tool in tools("twins_a"):
        if tool.family == "orders_sorted_list":
            source = re.sub(r"\bsort_by\b", "sort_params", tool.source)
            spec = {**tool.spec, **_renamed(tool)}
            other = Tool(tool.set, tool.family, tool.name, tool.defect, spec, source, tool.named)
            one, two = await judge(tool, pool, image), await judge(other, pool, image)
            assert one.standing == two.standing == ("passed" if tool.sound else "stopped for the right reason")


def _renamed(tool: Tool) -> dict[str, object]:
    schema = tool.spec["input_schema"]
    names = {"sort_by": "sort_params"}
    properties = {names.get(name, name): said for name, said in schema["properties"].items()}
    return {
        "input_schema": {**schema, "properties": properties},
        **{
            field: [
                {**case, "arguments": {names.get(name, name): value for name, value in case["arguments"].items()}}
                for case in tool.spec[field]
            ]
            for field in ("examples", "holdouts")
        },
    }


async def test_a_part_of_what_two_strangers_wrote_is_judged_as_it_should_be(pool: Pool, image: Image) -> None:
    """Of 30 flaws that pass their own examples and 45 sound tools; all of them: `./dev gates twins_a twins_b`.

    At most one flaw of all is missed and one sound tool rejected, so at most so many of any of them are.
    """
    verdicts = await judge_all(SAMPLE, pool, image)
    flawed = [one for one in verdicts if not one.tool.sound]
    sound = [one for one in verdicts if one.tool.sound]
    missed = [str(one.tool) for one in flawed if one.standing not in FOUND]
    rejected = [str(one.tool) for one in sound if one.standing == "rejected"]
    assert len(missed) <= 1, missed
    assert len(rejected) <= 1, rejected
    assert sum(one.questions for one in sound) <= max(1, 0.3 * len(sound))


def test_the_strangers_tools_are_as_many_as_is_said() -> None:
    assert (sum(not tool.sound for tool in STRANGE), sum(tool.sound for tool in STRANGE)) == (30, 45)
