"""The model writes a tool a second time, from what it promises: over HTTP, with the model's side of it scripted."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tenants.writing import prompts
from tests.author.messages_api import OVERLOADED, Message, MessagesApi, Status, Step, serving_messages, submits, text
from tests.makers import Product, TenantAccess, make_source, make_spec, served, settled, sign_up

SOUND = make_source()
OTHER = SOUND.replace("a + b", "a + b if a < 10_000 else a - b")
GATE = "second_implementation"
HIDDEN = {"arguments": {"a": 31_415, "b": 92_653}, "result": {"sum": 124_068}}


@pytest.fixture(scope="module")
async def messages_api() -> AsyncGenerator[MessagesApi]:
    async with serving_messages() as api:
        yield api


@pytest.fixture(scope="module")
async def product(messages_api: MessagesApi, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Product]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTHROPIC_API_KEY", "a-key-for-tests")
        patch.setenv("ANTHROPIC_BASE_URL", messages_api.base_url)
        async with served(tmp_path_factory.mktemp("second"), author_model="claude-test") as running:
            yield running


@pytest.fixture
async def tenant(product: Product) -> TenantAccess:
    made = await sign_up(product)
    answer = await made.person.patch(f"/tenants/{made.slug}/policy", json={"second_implementation": True})
    assert answer.status_code == 200, answer.text
    return made


async def checked(
    tenant: TenantAccess, api: MessagesApi, *script: Step, source: str = SOUND, **changes: Any
) -> dict[str, Any]:
    """A version that a person wrote, once it has settled, while the model plays `script`."""
    api.play(*script)
    spec = make_spec(**changes)
    made = await tenant.api.post("/tools", json=spec)
    assert made.status_code == 201, made.text
    return await again(tenant, source)


async def again(tenant: TenantAccess, source: str) -> dict[str, Any]:
    sent = await tenant.api.post("/tools/add_numbers/versions", json={"source": source})
    assert sent.status_code == 202, sent.text
    return await settled(tenant, "add_numbers", sent.json()["number"])


def said(version: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["severity"], one["message"]) for one in version["findings"] if one["gate"] == GATE]


def gates(version: dict[str, Any]) -> list[str]:
    return [one["gate"] for one in version["report"]["gates"]]


async def test_what_the_two_answer_otherwise_is_a_question_with_both_answers(
    tenant: TenantAccess, messages_api: MessagesApi
) -> None:
    version = await checked(tenant, messages_api, submits(OTHER))
    assert version["state"] == "awaiting_approval", version["findings"]
    ((severity, message),) = said(version)
    assert severity == "question"
    assert "/sum of the result is" in message
    assert "here, and" in message
    assert len(message) < 900
    # Both are to be found in it, of the call that it names.
    given = json.loads(message[message.index("{") : message.index("}") + 1])
    assert f"is {given['a'] + given['b']} here, and {given['a'] - given['b']} there" in message


async def test_the_model_is_shown_the_promise_and_neither_source_nor_cases(
    tenant: TenantAccess, messages_api: MessagesApi
) -> None:
    await checked(tenant, messages_api, submits(SOUND), source=SOUND + "\n# zq9\n", holdouts=[HIDDEN])
    (request,) = messages_api.requests
    (opening,) = request["messages"]
    shown = json.loads(opening["content"].partition("<tenant_promise>\n")[2].partition("\n</tenant_promise>")[0])
    spec = make_spec()
    promised = ("name", "title", "description", "input_schema", "output_schema", "effects", "capabilities")
    assert shown == {name: spec.get(name, {} if name == "capabilities" else None) for name in promised}
    assert request["system"][0]["text"] == prompts.SECOND_RULES
    assert request["tools"] == [prompts.SUBMIT]
    asked = json.dumps(messages_api.requests)
    for hidden in ("zq9", "31415", "31_415", "92653", "124068", "examples\\"):
        assert hidden not in asked


async def test_one_that_answers_alike_asks_nothing(tenant: TenantAccess, messages_api: MessagesApi) -> None:
    version = await checked(tenant, messages_api, submits(SOUND.replace("a + b", "b + a")))
    assert (version["state"], said(version), gates(version)[-1]) == ("awaiting_approval", [], GATE)


async def test_it_is_off_until_the_policy_says_so(product: Product, messages_api: MessagesApi) -> None:
    tenant = await sign_up(product)
    version = await checked(tenant, messages_api, submits(OTHER))
    assert (version["state"], GATE in gates(version), messages_api.requests) == ("awaiting_approval", False, [])


async def test_a_version_that_its_gates_stop_is_not_written_a_second_time(
    tenant: TenantAccess, messages_api: MessagesApi
) -> None:
    version = await checked(tenant, messages_api, submits(OTHER), source=SOUND.replace("a + b", "a - b"))
    assert (version["state"], messages_api.requests) == ("rejected", [])


RAISES = SOUND.replace("    return", "    raise ValueError('no')\n    return")
FAILURES: dict[str, tuple[Step, str]] = {
    "overloaded": (OVERLOADED, "gave no answer"),
    "refused at the door": (Status(401, "authentication_error"), "refused the request"),
    "declined": (Message(text("No.").content, "refusal"), "refusal"),
    "only talk": (text("I would add them."), "end_turn"),
    "cut off": (Message(submits(SOUND).content, "max_tokens"), "max_tokens"),
    "an empty source": (submits("  "), "tool_use"),
    "no Python": (submits("def add_numbers(:"), "could not be built"),
    "another function": (submits(SOUND.replace("add_numbers", "other")), "could not be built"),
    "a loop at its load": (submits("while True:\n    pass\n" + SOUND), "could not be built"),
    "crashes on every call": (submits(RAISES), "the result of no example"),
    "wrong on every example": (submits(SOUND.replace("a + b", "a * 7 + 99")), "the result of no example"),
    "asks for what it may not": (
        submits(SOUND.replace("    return", "    import socket\n    socket.create_connection(('a', 1))\n    return")),
        "",
    ),
}


@pytest.mark.parametrize("what", FAILURES)
async def test_what_the_model_does_not_do_is_a_note_and_keeps_no_version_back(
    tenant: TenantAccess, messages_api: MessagesApi, what: str
) -> None:
    step, words = FAILURES[what]
    policy = {"warnings_block": True, "questions_block": True}
    await tenant.person.patch(f"/tenants/{tenant.slug}/policy", json=policy)
    version = await checked(tenant, messages_api, step)
    assert version["state"] == "awaiting_approval", version["findings"]
    ((severity, message),) = said(version)
    assert (severity, words in message) == ("warning", True), message


async def test_its_tokens_are_of_the_same_budget_and_none_are_spent_twice(
    tenant: TenantAccess, messages_api: MessagesApi
) -> None:
    first = await checked(tenant, messages_api, submits(OTHER))
    second = await again(tenant, SOUND + "\n# another\n")
    assert len(messages_api.requests) == 1
    assert said(first) == said(second) != []
    spent = (await tenant.api.get("/tools/add_numbers/economics")).json()["spent"]
    assert spent == {"tokens": 9_500, "usd": 0.0215}
    kept = (await tenant.api.get("/tools/add_numbers/versions/1/exchanges")).json()["items"]
    assert [one["reply"][1]["input"]["source"] for one in kept] == [OTHER]


async def test_a_budget_that_is_used_up_is_a_note(tenant: TenantAccess, messages_api: MessagesApi) -> None:
    await tenant.person.patch(f"/tenants/{tenant.slug}/policy", json={"generation_usd_a_month": 1})
    big = Message(submits(SOUND).content, usage={"output_tokens": 30_000})
    await checked(tenant, messages_api, big)
    changed = make_spec(description="Adds two numbers, and says so.")
    assert (await tenant.api.put("/tools/add_numbers", json=changed)).status_code == 200
    version = await again(tenant, SOUND)
    assert version["state"] == "awaiting_approval"
    assert "budget of $1.00 is used up" in said(version)[0][1]
    assert len(messages_api.requests) == 1


async def test_a_version_that_a_model_wrote_is_written_again_by_one_that_has_not_seen_it(
    tenant: TenantAccess, messages_api: MessagesApi
) -> None:
    messages_api.play(submits(SOUND), submits(OTHER))
    assert (await tenant.api.post("/tools", json=make_spec())).status_code == 201
    sent = await tenant.api.post("/tools/add_numbers/versions", json={"generate": {"instructions": "Be brief."}})
    version = await settled(tenant, "add_numbers", sent.json()["number"])
    assert (version["source"], [one[0] for one in said(version)]) == (SOUND, ["question"])
    assert len(messages_api.requests) == 2
    assert "Be brief" not in json.dumps(messages_api.requests[1])


async def test_an_error_beside_an_answer_is_asked_about_and_two_errors_are_not(
    tenant: TenantAccess, messages_api: MessagesApi
) -> None:
    careful = "from sealwright import ToolError\n" + SOUND.replace(
        "    return", "    if a > 10_000:\n        raise ToolError('too_big', 'No.')\n    return"
    )
    version = await checked(tenant, messages_api, submits(careful))
    ((severity, message),) = said(version)
    assert severity == "question"
    assert 'the error "too_big" there' in message


async def test_it_is_listed_with_the_gates(tenant: TenantAccess) -> None:
    listed = (await tenant.person.get("/gates")).json()
    (said_of_it,) = [one for one in listed if one["name"] == GATE]
    assert "policy says so" in said_of_it["says"]
