"""An oracle that is not the author: who may write cases for a tool, who may see them, and what they do."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.api.actors import Cast, ask, said
from tests.makers import make_source, make_spec

CASES: list[dict[str, Any]] = [{"arguments": {"a": 7_000, "b": 77}, "result": {"sum": 7_077}}]
WRONG: list[dict[str, Any]] = [{"arguments": {"a": 7_000, "b": 77}, "result": {"sum": 7_078}}]
STORY: dict[str, Any] = {"calls": [*CASES, {"arguments": {"a": 1, "b": 1}, "result": {"sum": 2}}]}
ALWAYS = [{"say": "the sum is no secret 7077", "check": "result['sum'] == arguments['a'] + arguments['b']"}]
FALSE = [{"say": "sums are small", "check": "result['sum'] < 40"}]
SECRETS = ("7077", "7_077", "no secret")


async def wrote(by: Cast, name: str, tool: str, **changes: Any) -> dict[str, Any]:
    """Have a tool and its first version written by somebody; the version when it has been checked."""
    made = await by.send(name, "POST", "/tools", make_spec(tool, **changes))
    assert made.status_code == 201, made.text
    return await submitted(by, name, tool)


async def submitted(by: Cast, name: str, tool: str, source: str | None = None) -> dict[str, Any]:
    sent = await by.send(name, "POST", f"/tools/{tool}/versions", {"source": source or make_source(tool)})
    assert sent.status_code == 202, sent.text
    return await settled(by, tool, sent.json()["number"])


async def settled(by: Cast, tool: str, number: int = 1) -> dict[str, Any]:
    async with asyncio.timeout(120):
        while True:
            # In the one way that shows no source: who is shown one is no outsider any more.
            answer = await ask(by, "agent", "get_version", name=tool, number=number, parts=["spec", "report"])
            told = answer.json()["result"]["structuredContent"]
            if told["state"] not in ("draft", "generating", "checking"):
                return told
            await asyncio.sleep(0.05)


# Who wrote the source, and who may write cases beside them: nobody who is them, or answers for them.
RIGHTS = {
    "author_agent": ({"author", "author_key", "author_agent", "shared_agent"}, {"viewer", "members_key"}),
    "other": ({"other", "other_key", "other_agent", "other_shared_agent"}, {"viewer", "tenant_key"}),
    "owner_key": (
        {"owner", "owner_key", "full_key", "hr_key", "agent", "machine", "members_key"},
        {"viewer", "keys_key", "tenant_key"},
    ),
}
EVERY = {
    "owner", "approver", "author", "author_key", "author_agent", "shared_agent", "other", "other_key", "other_agent",
    "other_shared_agent", "viewer", "members_key", "hr_key", "keys_key", "tenant_key", "full_key", "agent", "machine",
    "owner_key", "approving_key",
}  # fmt: skip
NO_AUTHORS = {"viewer", "members_key", "keys_key", "tenant_key", "approving_key"}


@pytest.mark.parametrize("author", RIGHTS)
async def test_who_wrote_a_version_or_answers_for_who_did_writes_no_cases(everybody: Cast, author: str) -> None:
    tool = f"outside_{author}"
    await wrote(everybody, author, tool)
    own, _ = RIGHTS[author]
    answers: dict[str, set[int]] = {}
    for name in EVERY:
        sent = await everybody.send(name, "POST", f"/tools/{tool}/outside-cases", {"holdouts": [{"arguments": {}}]})
        read = await everybody.send(name, "GET", f"/tools/{tool}/promise")
        answers[name] = {sent.status_code, read.status_code}
    # Who may is told what is wrong with the cases; who may not, nothing.
    assert {name for name, codes in answers.items() if codes == {422, 200}} == EVERY - own - NO_AUTHORS
    assert {name for name, codes in answers.items() if codes == {403}} == own | NO_AUTHORS
    for name in ("author_agent", "other_agent", "machine", "agent"):
        told = await ask(everybody, name, "propose_cases", name=tool)
        assert ("not_allowed" in told.text) is (name in own), told.text
        assert "def " not in told.text
        assert '"examples"' not in told.text


async def test_cases_of_somebody_else_stop_what_its_own_let_pass_and_the_approver_sees_whose_they_are(
    everybody: Cast,
) -> None:
    tool = "outside_wrong"
    first = await wrote(everybody, "author_agent", tool)
    assert first["state"] == "awaiting_approval"
    told = await ask(everybody, "other_agent", "propose_cases", name=tool, holdouts=[*WRONG, STORY], always=ALWAYS)
    assert '"id"' in told.text, told.text
    second = await settled(everybody, tool)
    assert second["state"] == "rejected"
    failed = [one for one in second["findings"] if one["severity"] == "error"]
    assert [(one["gate"], "outside case 1" in one["message"]) for one in failed] == [("holdouts", True)]
    (by,) = second["report"]["outside"]
    assert (by["author"]["label"], by["numbers"], by["holds"]) == ("Claude", {"holdouts": 2, "always": 1}, True)
    # Its spec is as it was, and an old yes is a yes to something else.
    read = await everybody.send("owner", "GET", f"/tools/{tool}/versions/1")
    assert read.json()["spec"]["holdouts"] == make_spec()["holdouts"]
    answer = await everybody.send("approver", "POST", f"/tools/{tool}/versions/1/approve", {"digest": first["digest"]})
    assert answer.status_code == 409


async def test_cases_that_hold_are_part_of_what_is_approved(everybody: Cast) -> None:
    tool = "outside_right"
    first = await wrote(everybody, "author", tool)
    sent = await everybody.send(
        "other", "POST", f"/tools/{tool}/outside-cases", {"holdouts": [STORY], "always": ALWAYS}
    )
    assert sent.status_code == 201, sent.text
    second = await settled(everybody, tool)
    assert second["state"] == "awaiting_approval"
    assert second["digest"] != first["digest"]
    stale = await everybody.send("approver", "POST", f"/tools/{tool}/versions/1/approve", {"digest": first["digest"]})
    assert stale.status_code == 409, stale.text
    yes = await everybody.send("approver", "POST", f"/tools/{tool}/versions/1/approve", {"digest": second["digest"]})
    assert yes.json()["state"] == "live", yes.text


async def test_an_invariant_of_somebody_else_is_tried_on_every_call(everybody: Cast) -> None:
    tool = "outside_always"
    await wrote(everybody, "author", tool)
    await everybody.send("other", "POST", f"/tools/{tool}/outside-cases", {"always": FALSE})
    told = await settled(everybody, tool)
    assert [one["gate"] for one in told["findings"] if one["severity"] == "error"] == ["invariants"]


async def test_whose_cases_they_are_and_what_they_say_is_for_those_who_may_know(everybody: Cast) -> None:
    tool = "outside_seen"
    await wrote(everybody, "author_agent", tool)
    body = {"holdouts": CASES, "always": ALWAYS}
    sent = await everybody.send("other_agent", "POST", f"/tools/{tool}/outside-cases", body)
    cases_id = sent.json()["id"]
    await settled(everybody, tool)
    seen = set[str]()
    for name in EVERY:
        told = [
            await everybody.send(name, "GET", f"/tools/{tool}/outside-cases"),
            await everybody.send(name, "GET", f"/tools/{tool}"),
            await everybody.send(name, "GET", f"/tools/{tool}/versions/1"),
            await everybody.send(name, "GET", "/audit"),
            await ask(everybody, name, "get_version", name=tool),
            await ask(everybody, name, "propose_cases", name=tool),
            await ask(everybody, name, "dry_run", name=tool, source="x = 1"),
        ]
        seen |= {name for answer in told if any(secret in answer.text for secret in SECRETS)}
    # Who wrote them, the person behind, and approvers, none of whom wrote the source.
    assert seen == {"other_agent", "other", "owner", "approver", "full_key", "approving_key"}
    gone = {
        name: (await everybody.send(name, "DELETE", f"/tools/{tool}/outside-cases/{cases_id}")).status_code
        for name in ("author", "author_agent", "author_key", "other_key", "viewer", "agent", "machine", "keys_key")
    }
    assert set(gone.values()) == {403}, gone
    assert (await everybody.send("other", "DELETE", f"/tools/{tool}/outside-cases/{cases_id}")).status_code == 204
    assert (await settled(everybody, tool))["report"]["outside"] == []


async def test_who_wrote_the_source_takes_nothing_away_that_judges_it_though_they_may_approve(everybody: Cast) -> None:
    tool = "outside_owners"
    await wrote(everybody, "owner_key", tool)
    sent = await everybody.send("author", "POST", f"/tools/{tool}/outside-cases", {"holdouts": CASES})
    await settled(everybody, tool)
    path = f"/tools/{tool}/outside-cases/{sent.json()['id']}"
    for name in ("owner", "owner_key", "full_key"):
        assert (await everybody.send(name, "DELETE", path)).status_code == 403, name
        listed = await everybody.send(name, "GET", f"/tools/{tool}/outside-cases")
        assert listed.json()[0]["holdouts"] is None, name
    assert (await everybody.send("approver", "DELETE", path)).status_code == 204


async def test_who_wrote_cases_is_not_judged_by_them(everybody: Cast) -> None:
    tool = "outside_both"
    await wrote(everybody, "author", tool)
    await everybody.send("other", "POST", f"/tools/{tool}/outside-cases", {"holdouts": WRONG})
    assert (await settled(everybody, tool))["state"] == "rejected"
    own = await submitted(everybody, "other_agent", tool, make_source(tool) + "\n")
    assert (own["state"], own["report"]["outside"]) == ("awaiting_approval", [])
    # And they may write no more of them.
    again = await everybody.send("other", "POST", f"/tools/{tool}/outside-cases", {"holdouts": CASES})
    assert again.status_code == 403


async def test_a_change_of_words_does_not_get_rid_of_them_and_one_of_the_schemas_is_told(everybody: Cast) -> None:
    tool = "outside_words"
    await wrote(everybody, "author", tool)
    await everybody.send("other", "POST", f"/tools/{tool}/outside-cases", {"holdouts": WRONG})
    await everybody.send(
        "author", "PUT", f"/tools/{tool}", make_spec(tool, title="Sums", description="Adds two numbers up.")
    )
    assert (await submitted(everybody, "author", tool))["state"] == "rejected"
    properties = {"a": {"type": "integer", "minimum": -9_999}, "b": {"type": "integer"}}
    schema = {**make_spec()["input_schema"], "properties": properties}
    await everybody.send("author", "PUT", f"/tools/{tool}", make_spec(tool, input_schema=schema))
    told = await submitted(everybody, "author", tool)
    assert [one["holds"] for one in told["report"]["outside"]] == [False]


BAD: list[dict[str, Any]] = [
    {},
    {"holdouts": []},
    {"holdouts": {}},
    {"holdouts": "x"},
    {"holdouts": [{}]},
    {"holdouts": [{"arguments": {"a": 1, "b": 1}}]},
    {"holdouts": [{"arguments": {"a": "1", "b": 1}, "result": {"sum": 2}}]},
    {"holdouts": [{"arguments": {"a": 1, "b": 1}, "result": {"total": 2}}]},
    {"holdouts": [{"arguments": {"a": 1, "b": 1}, "result": {"sum": 2}, "error": "x"}]},
    {"holdouts": [{"calls": []}]},
    {"holdouts": CASES * 51},
    {"always": [{"say": "so", "check": "import os"}]},
    {"always": [{"say": "so"}]},
    {"always": [{"say": "so", "check": "unknown"}]},
    {"always": ALWAYS * 21},
    {"examples": CASES},
    {"holdouts": CASES, "source": "x"},
    {"holdouts": CASES, "spec": {"name": "other"}},
    {"holdouts": CASES, "capabilities": {"http": ["GET https://a.example/*"]}},
]


async def test_cases_are_checked_as_those_of_a_spec_are(everybody: Cast) -> None:
    tool = "outside_checked"
    await wrote(everybody, "author", tool)
    for body in BAD:
        answer = await everybody.send("other", "POST", f"/tools/{tool}/outside-cases", body)
        assert answer.status_code in (409, 422), (body, answer.text)
        told = await ask(everybody, "other_agent", "propose_cases", name=tool, **body)
        assert 'isError":true' in told.text.replace(" ", "") or not body, (body, told.text)
    assert (await everybody.send("other", "GET", f"/tools/{tool}/outside-cases")).json() == []


async def rest(by: Cast, name: str, tool: str, path: str = "/versions/1") -> str:
    return (await by.send(name, "GET", f"/tools/{tool}{path}")).text


# Whatever shows a source; who does it, and whose outside cases are refused from then on.
READINGS: dict[str, tuple[str, Callable[[Cast, str, str], Awaitable[Any]]]] = {
    "the version's page": ("other", rest),
    "a key that reads it": ("other_key", rest),
    "an agent over REST": ("other_agent", rest),
    "get_version": ("other_agent", lambda by, name, tool: ask(by, name, "get_version", name=tool)),
    "get_version of a number": (
        "other_agent", lambda by, name, tool: ask(by, name, "get_version", name=tool, number=1),
    ),
    "get_version of all parts": (
        "other_key",
        lambda by, name, tool: ask(by, name, "get_version", name=tool, parts=["source", "spec", "report"]),
    ),
    "get_version of the source alone": (
        "other_shared_agent", lambda by, name, tool: ask(by, name, "get_version", name=tool, parts=["source"]),
    ),
    "the prompt that repairs": (
        "other_agent",
        lambda by, name, tool: said(by, name, "prompts/get", name="repair_tool", arguments={"name": tool}),
    ),
    "the sealed component": ("other", lambda by, name, tool: rest(by, name, tool, "/versions/1/component")),
    "an approver's no": (
        "approver", lambda by, name, tool: by.send(name, "POST", f"/tools/{tool}/versions/1/reject", {"reason": "No."}),
    ),
}  # fmt: skip
OTHERS = ("other", "other_key", "other_agent", "other_shared_agent")


@pytest.mark.parametrize("way", READINGS)
async def test_who_was_shown_a_source_writes_no_cases_by_any_of_their_names(everybody: Cast, way: str) -> None:
    reader, read = READINGS[way]
    tool = f"outside_read_{[*READINGS].index(way)}"
    await wrote(everybody, "author", tool)
    sent = await everybody.send(reader, "POST", f"/tools/{tool}/outside-cases", {"holdouts": CASES})
    assert sent.status_code == 201, sent.text
    await settled(everybody, tool)
    told = await read(everybody, reader, tool)
    assert way == "the sealed component" or "def " in getattr(told, "text", told)
    for name in OTHERS if reader in OTHERS else (reader, "approving_key"):
        refused = await everybody.send(name, "POST", f"/tools/{tool}/outside-cases", {"holdouts": CASES})
        assert refused.status_code == 403, (name, refused.text)
        if name != "approving_key":
            assert "were shown the source" in refused.json()["detail"]
        assert (await everybody.send(name, "GET", f"/tools/{tool}/promise")).status_code == 403
        if name.endswith("agent"):
            assert "were shown the source" in (await ask(everybody, name, "propose_cases", name=tool)).text
    # What they wrote before stays; it is kept once who has read, and nobody else is kept from anything.
    assert len((await everybody.send("owner", "GET", f"/tools/{tool}/outside-cases")).json()) == 1
    await read(everybody, reader, tool)
    trail = (await everybody.send("owner", "GET", "/audit")).json()["items"]
    kept = [one for one in trail if (one["action"], one["subject"]) == ("version.source_read", f"{tool}/1")]
    assert len(kept) == 1
    assert (
        await everybody.send("machine", "POST", f"/tools/{tool}/outside-cases", {"always": ALWAYS})
    ).status_code == 201


# What shows none of it.
HARMLESS: dict[str, Callable[[Cast, str], Awaitable[Any]]] = {
    "the tool": lambda by, tool: rest(by, "other", tool, ""),
    "what it promises": lambda by, tool: rest(by, "other", tool, "/promise"),
    "get_version without": lambda by, tool: ask(by, "other_agent", "get_version", name=tool, parts=["spec", "report"]),
    "get_version of no part": lambda by, tool: ask(by, "other_agent", "get_version", name=tool, parts=[]),
    "the version without": lambda by, tool: rest(by, "other", tool, "/versions/1?source=false"),
    "describe_tool": lambda by, tool: ask(by, "other_agent", "describe_tool", name=tool),
    "propose_cases": lambda by, tool: ask(by, "other_agent", "propose_cases", name=tool),
    "what waits": lambda by, _: by.send("other", "GET", "/reviews"),
    "a version that is not there": lambda by, tool: rest(by, "other", tool, "/versions/9"),
    "another tool's": lambda by, _: rest(by, "other", "outside_harmless_other"),
    "somebody else reads": lambda by, tool: rest(by, "viewer", tool),
    "what no model wrote": lambda by, tool: rest(by, "other", tool, "/versions/1/exchanges"),
}


async def test_who_looked_at_what_shows_no_source_is_an_outsider_still(everybody: Cast) -> None:
    tool = "outside_harmless"
    await wrote(everybody, "author", tool)
    await wrote(everybody, "author", "outside_harmless_other")
    for what, look in HARMLESS.items():
        told = await look(everybody, tool)
        if what not in ("another tool's", "somebody else reads"):
            assert "def " not in getattr(told, "text", told), what
        read = await everybody.send("other", "GET", f"/tools/{tool}/promise")
        assert read.status_code == 200, (what, read.text)


async def test_who_has_read_a_version_of_before_is_no_outsider_to_a_later_one(everybody: Cast) -> None:
    tool = "outside_later"
    await wrote(everybody, "author", tool)
    await rest(everybody, "other", tool)
    await submitted(everybody, "author", tool, make_source(tool) + "\n")
    refused = await everybody.send("other_agent", "POST", f"/tools/{tool}/outside-cases", {"holdouts": CASES})
    assert refused.status_code == 403
    assert "version 1" in refused.json()["detail"]


async def test_who_reads_twice_at_once_is_kept_once(everybody: Cast) -> None:
    tool = "outside_at_once"
    await wrote(everybody, "author", tool)
    path = f"/tools/{tool}/versions/1"
    readers = ("other", "other_key", "other_agent", "other", "other_key", "other_agent")
    read = await asyncio.gather(*(everybody.send(name, "GET", path) for name in readers))
    assert {one.status_code for one in read} == {200}
    trail = (await everybody.send("owner", "GET", "/audit")).json()["items"]
    assert sum(one["action"] == "version.source_read" and one["subject"] == f"{tool}/1" for one in trail) == 1
