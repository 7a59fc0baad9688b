"""Every example tool does what its spec says, in the sandbox, in its canned worlds."""

import json
import re

import jsonschema_rs
import pytest

from sandbox import Component, Pool
from sandbox.worlds import World
from tests.examples.packages import CASES, PACKAGES, Package, answer_of


@pytest.fixture(scope="module")
async def components(pool: Pool) -> dict[str, Component]:
    return {folder: await package.build(pool) for folder, package in PACKAGES.items()}


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_the_static_gates_find_nothing(package: Package):
    assert package.findings() == []


@pytest.mark.parametrize(("folder", "kind", "number"), CASES)
async def test_a_case_gives_what_its_spec_says(
    pool: Pool, components: dict[str, Component], folder: str, kind: str, number: int
):
    package = PACKAGES[folder]
    case = package.spec[kind][number]
    world = World(case.get("world"))

    execution = await package.run(pool, components[folder], case["arguments"], world, world.started_at_ns)

    answer = answer_of(execution)
    if "error" in case:
        assert answer["error"]["code"] == case["error"]["code"], answer
    else:
        assert answer == {"result": case["result"]}
        assert jsonschema_rs.is_valid(package.spec["output_schema"], answer["result"])
    assert jsonschema_rs.is_valid(package.spec["input_schema"], case["arguments"])


@pytest.mark.parametrize(("folder", "kind", "number"), CASES)
async def test_a_case_run_again_in_the_same_world_changes_nothing_more(
    pool: Pool, components: dict[str, Component], folder: str, kind: str, number: int
):
    package = PACKAGES[folder]
    case = package.spec[kind][number]
    if case.get("result", {}).get("complete") is False:
        pytest.skip("a call that says it is not complete goes on when it is made again")
    world = World(case.get("world"))
    await package.run(pool, components[folder], case["arguments"], world, world.started_at_ns)
    deeds = list(world.deeds)

    await package.run(pool, components[folder], case["arguments"], world, world.started_at_ns)

    # A request under a key that the receiver knows may be made again: it changes nothing.
    keys = {deed.what["key"] for deed in deeds if deed.what.get("key")}
    new = [deed for deed in world.deeds[len(deeds) :] if deed.what.get("key") not in keys]
    assert new == []


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_a_spec_has_examples_and_holdouts_with_names_of_their_own(package: Package):
    titles = [case["title"] for kind in ("examples", "holdouts") for case in package.spec[kind]]

    assert len(set(titles)) == len(titles)
    assert len(package.spec["examples"]) >= 3
    assert len(package.spec["holdouts"]) >= 3


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_its_page_shows_a_call_it_takes_and_a_result_it_gives(package: Package):
    text = (package.folder / "README.md").read_text(encoding="utf-8")
    call, result = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL))

    assert (call["method"], call["params"]["name"]) == ("tools/call", package.spec["name"])
    jsonschema_rs.validate(package.spec["input_schema"], call["params"]["arguments"])
    jsonschema_rs.validate(package.spec["output_schema"], result)
