"""Authors see what the hold-outs they wrote expect; nobody else who writes or reads does, by whichever door."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import update

from tenants.base.db import Database
from tenants.models import Tool, Version
from tests.api.actors import Cast, ask, bearer, key, said
from tests.databases import RING
from tests.makers import Product, make_source, make_spec

EXPECTED = 4242  # in nothing but what hold-outs expect
HOLDOUT: dict[str, Any] = {"arguments": {"a": 4000, "b": 242}, "result": {"sum": EXPECTED}}
BARE = {"arguments": {"a": 4000, "b": 242}}
STORY: dict[str, Any] = {"calls": [HOLDOUT, {"arguments": {"a": 1, "b": 1}, "result": {"sum": 2}}]}
DECIDE = {"owner", "approver", "full_key"}
# Who sees what each of these wrote, beside those who decide: themselves, and the person whose key or agent it is.
SEES = {
    "author": {"author"},
    "author_key": {"author_key", "author"},
    "author_agent": {"author_agent", "author"},
    "shared_agent": {"shared_agent", "author"},
    "other": {"other"},
}
LOOK = (
    *DECIDE, "author", "author_key", "author_agent", "shared_agent", "other", "other_key", "other_agent",
    "other_shared_agent", "viewer", "hr_key", "keys_key", "agent", "machine", "owner_key",
)  # fmt: skip


async def wrote(by: Cast, name: str, tool: str, **changes: Any) -> None:
    """Have a tool of one hold-out written by somebody."""
    answer = await by.send(name, "POST", "/tools", make_spec(tool, **{"holdouts": [HOLDOUT], **changes}))
    assert answer.status_code == 201, answer.text
    sent = await by.send(name, "POST", f"/tools/{tool}/versions", {"source": make_source(tool)})
    assert sent.status_code == 202, sent.text


async def seen(by: Cast, name: str, tool: str, *, tries: bool = False) -> dict[str, bool]:
    """By which doors somebody is told what the hold-out expects; a dry run, which takes long, only where asked."""
    told = {
        "tool": await by.send(name, "GET", f"/tools/{tool}"),
        "tools": await by.send(name, "GET", f"/tools?limit=200&q={tool}"),
        "version": await by.send(name, "GET", f"/tools/{tool}/versions/1"),
        "versions": await by.send(name, "GET", f"/tools/{tool}/versions"),
        "get_version": await ask(by, name, "get_version", name=tool),
        "list_versions": await ask(by, name, "list_versions", name=tool),
        "search_tools": await ask(by, name, "search_tools", query=tool),
        "repair": await said(by, name, "prompts/get", name="repair_tool", arguments={"name": tool}),
    }
    found = {door: str(EXPECTED) in answer.text for door, answer in told.items()}
    if not tries:
        return found
    tried = await ask(by, name, "dry_run", name=tool, source=make_source(tool))
    return {**found, "dry_run": "Hold-out 1" in tried.text}


@pytest.mark.parametrize("author", SEES)
async def test_who_may_see_what_a_hold_out_expects(everybody: Cast, author: str) -> None:
    tool = f"sums_of_{author}"
    await wrote(everybody, author, tool)
    may = DECIDE | SEES[author]
    found = {name: await seen(everybody, name, tool, tries=author == "author_agent") for name in LOOK}
    assert {name for name, doors in found.items() if any(doors.values())} == may
    for name in may:
        shown = {door for door, is_shown in found[name].items() if is_shown}
        rest = {"tool", "tools", "version"}
        assert shown >= rest, name
    for name in SEES[author] - {"author", "other"}:
        doors = {"get_version", "repair"} | ({"dry_run"} if author == "author_agent" else set[str]())
        assert doors <= {door for door, is_shown in found[name].items() if is_shown}


def spec_of(tool: str, holdouts: list[Any], **changes: Any) -> dict[str, Any]:
    return make_spec(tool, holdouts=holdouts, **changes)


# What another author sends to find out: a spec's changes, and the hold-outs in it. None: it is refused.
TRIES: dict[str, tuple[Mapping[str, Any], list[Any]]] = {
    "as it was shown": ({}, [BARE]),
    "with another title": ({"title": "Sums"}, [BARE]),
    "twice": ({}, [BARE, BARE]),
    "with another beside it": ({}, [BARE, {"arguments": {"a": 1, "b": 1}, "result": {"sum": 2}}]),
    "another before it": ({}, [{"arguments": {"a": 1, "b": 1}, "result": {"sum": 2}}, BARE]),
    "without output schema": ({"output_schema": None}, [BARE]),
    "with a schema that it does not fit": (
        {"output_schema": {"type": "object", "properties": {"sum": {"maximum": 5}}}, "examples": []}, [BARE],
    ),
    "with a schema of its answer": (
        {"output_schema": {"type": "object", "properties": {"sum": {"const": 4_243}}}, "examples": []}, [BARE],
    ),
    "with a title of its own": ({}, [{**BARE, "title": "mine"}]),
    "with an empty world": ({}, [{**BARE, "world": {}}]),
    "with no world": ({}, [{**BARE, "world": None}]),
    "with other arguments": ({}, [{"arguments": {"a": 4000, "b": 241}}]),
    "as numbers of another kind": ({}, [{"arguments": {"a": 4000.0, "b": 242.0}}]),
    "with a result of null": ({}, [{**BARE, "result": None}]),
    "with an empty error": ({}, [{**BARE, "error": ""}]),
    "with nothing done": ({}, [{**BARE, "done": {}}]),
    "with nothing after": ({}, [{**BARE, "after": {}}]),
    "as a story": ({}, [{"calls": [BARE]}]),
    "with a key more": ({}, [{**BARE, "expected": 1}]),
    "none": ({}, []),
}  # fmt: skip


@pytest.mark.parametrize("attempt", TRIES)
async def test_no_other_author_gets_at_it_by_sending_it_back(everybody: Cast, attempt: str) -> None:
    changes, holdouts = TRIES[attempt]
    tool = "sums_tried_" + "".join(filter(str.isalpha, attempt))[:30]
    await wrote(everybody, "author_agent", tool)
    sent = spec_of(tool, holdouts, **changes)
    told = [
        await everybody.send("other", "PUT", f"/tools/{tool}", sent),
        await ask(everybody, "other_agent", "revise_tool", name=tool, spec=sent, source=make_source(tool)),
        await ask(everybody, "other_agent", "get_version", name=tool),
        await ask(everybody, "other_shared_agent", "get_version", name=tool),
        await ask(everybody, "other_agent", "dry_run", name=tool, source=make_source(tool)),
        await ask(everybody, "other_agent", "dry_run", spec=sent, source=make_source(tool)),
        await everybody.send("other", "GET", f"/tools/{tool}"),
        await everybody.send("other", "GET", f"/tools/{tool}/versions/1"),
        await everybody.send("other", "GET", f"/tools/{tool}/versions/2"),
    ]
    assert not any(f'"sum":{EXPECTED}' in answer.text.replace(" ", "") for answer in told), attempt
    # Version 1 is as it was, and its author sees it.
    first = await everybody.send("author_agent", "GET", f"/tools/{tool}/versions/1")
    assert first.json()["spec"]["holdouts"] == [HOLDOUT]


@pytest.mark.parametrize("guess", [EXPECTED, 4243, 0])
async def test_a_guess_is_shown_to_whoever_guessed_right_or_wrong(everybody: Cast, guess: int) -> None:
    tool = f"sums_guessed_{guess}"
    await wrote(everybody, "author_key", tool)
    sent = spec_of(tool, [{**BARE, "result": {"sum": guess}}])
    put = await everybody.send("other", "PUT", f"/tools/{tool}", sent)
    again = await everybody.send("other", "GET", f"/tools/{tool}")
    for answer in (put, again):
        assert answer.json()["spec"]["holdouts"] == sent["holdouts"]
    # Who wrote the same before still sees it; who wrote another sees no other's.
    first = (await everybody.send("author_key", "GET", f"/tools/{tool}")).json()["spec"]["holdouts"]
    assert first == ([HOLDOUT] if guess == EXPECTED else [BARE])


async def test_a_hold_out_stays_its_authors_through_others_revisions(everybody: Cast) -> None:
    tool = "sums_handed_round"
    await wrote(everybody, "author_agent", tool, holdouts=[HOLDOUT, STORY])
    own = {"arguments": {"a": 2, "b": 2}, "result": {"sum": 4}}
    shown = (await everybody.send("other", "GET", f"/tools/{tool}")).json()["spec"]
    assert str(EXPECTED) not in json.dumps(shown)
    sent = {**shown, "holdouts": [*shown["holdouts"], own]}
    assert (await everybody.send("other", "PUT", f"/tools/{tool}", sent)).status_code == 200
    bare = {"arguments": own["arguments"]}
    first = (await everybody.send("author_agent", "GET", f"/tools/{tool}")).json()["spec"]["holdouts"]
    second = (await everybody.send("other", "GET", f"/tools/{tool}")).json()["spec"]["holdouts"]
    whole = (await everybody.send("owner", "GET", f"/tools/{tool}")).json()["spec"]["holdouts"]
    assert first == [HOLDOUT, STORY, bare]
    assert second == [*shown["holdouts"], own]
    assert whole == [HOLDOUT, STORY, own]


async def test_a_retired_name_that_another_submits_anew_opens_nothing_of_what_was(everybody: Cast) -> None:
    tool = "sums_retired"
    await wrote(everybody, "author", tool)
    assert (await everybody.send("other", "DELETE", f"/tools/{tool}")).status_code == 204
    refused = await everybody.send("other", "POST", "/tools", spec_of(tool, [BARE]))
    assert refused.status_code == 422
    await wrote(everybody, "other", tool, holdouts=[{**BARE, "result": {"sum": 1}}])
    old = await everybody.send("other", "GET", f"/tools/{tool}/versions/1")
    assert old.json()["spec"]["holdouts"] == [BARE]
    new = await everybody.send("author", "GET", f"/tools/{tool}")
    assert new.json()["spec"]["holdouts"] == [BARE]


async def test_of_a_spec_that_names_no_author_only_those_who_decide_see_anything(
    everybody: Cast, product: Product
) -> None:
    tool = "sums_of_old"
    await wrote(everybody, "author", tool)
    database = Database(product.settings.database, RING)
    async with database.system() as session:
        for table in (Tool, Version):
            named = Tool.name if table is Tool else Version.tool_name
            await session.execute(update(table).where(named == tool).values(holdout_authors=None))
    await database.close()
    for name in ("author", "author_key", "other", "viewer"):
        assert not any((await seen(everybody, name, tool)).values()), name
    assert (await seen(everybody, "owner", tool))["version"]


async def test_another_key_of_the_same_person_is_another_author(everybody: Cast) -> None:
    tool = "sums_of_a_key"
    await wrote(everybody, "author_key", tool)
    browser = everybody.by["author"]
    second = bearer(everybody.company.house, await key(browser, everybody.company, "tools:author"))
    everybody.by["second_key"] = second
    assert not any((await seen(everybody, "second_key", tool)).values())
