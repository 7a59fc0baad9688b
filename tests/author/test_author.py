"""The door to the model, over real HTTP against a server that speaks the Messages API."""

import subprocess
import sys
from collections.abc import AsyncGenerator

import anthropic
import pytest

from api.settings import Settings
from tenants.vendors.author import Author, AuthorMisconfiguredError, AuthorUnavailableError, Prices, Prompt
from tenants.writing import prompts
from tests.author.messages_api import OVERLOADED, Message, MessagesApi, Status, submits, text

PROMPT = Prompt("the rules", "the guide", prompts.SUBMIT, [{"role": "user", "content": "Write it."}])
SOURCE = '"""Doubles."""\n\n\ndef double(n: int) -> int:\n    """Twice n, \\"quoted\\"."""\n    return 2 * n\n'


@pytest.fixture
async def author(messages_api: MessagesApi) -> AsyncGenerator[Author]:
    async with anthropic.AsyncAnthropic(api_key="key", base_url=messages_api.base_url, max_retries=4) as client:
        yield Author(model="claude-test", client=client)


async def test_a_reply_comes_whole_and_its_input_is_told_while_it_is_written(
    messages_api: MessagesApi, author: Author
) -> None:
    messages_api.play(submits(SOURCE))
    told: list[str] = []
    reply = await author.ask(PROMPT, told.append)
    assert reply.calls[0]["input"]["source"] == SOURCE
    assert reply.stop_reason == "tool_use"
    assert len(told) > 3
    assert SOURCE.splitlines()[0] in "".join(told).replace('\\"', '"')
    assert (reply.usage.input, reply.usage.output, reply.usage.cache_read) == (1_000, 500, 8_000)
    assert reply.usage.cost_microusd(author.prices) == 1_000 * 5 + 500 * 25 + 8_000 * 0.5


async def test_the_guide_is_sent_to_be_cached_and_the_tool_is_strict(messages_api: MessagesApi, author: Author) -> None:
    messages_api.play(submits(SOURCE))
    await author.ask(PROMPT, lambda _: None)
    sent = messages_api.requests[0]
    assert [block.get("cache_control", {}).get("type") for block in sent["system"]] == [None, "ephemeral"]
    assert sent["tools"][0]["strict"] is True
    assert sent["tools"][0]["input_schema"]["additionalProperties"] is False
    assert sent["cache_control"] == {"type": "ephemeral"}
    assert sent["stream"] is True
    assert messages_api.headers[0]["authorization"] == "Bearer key"


async def test_what_comes_back_can_be_sent_back(messages_api: MessagesApi, author: Author) -> None:
    messages_api.play(submits(SOURCE), submits(SOURCE))
    reply = await author.ask(PROMPT, lambda _: None)
    again = Prompt("", "", prompts.SUBMIT, [*PROMPT.messages, {"role": "assistant", "content": reply.content}])
    await author.ask(again, lambda _: None)
    kept = messages_api.requests[1]["messages"][-1]["content"]
    assert [block["type"] for block in kept] == ["text", "tool_use"]
    assert kept[1]["input"]["source"] == SOURCE


async def test_overload_is_waited_out(messages_api: MessagesApi, author: Author) -> None:
    messages_api.play(OVERLOADED, Status(429, "rate_limit_error"), submits(SOURCE))
    assert (await author.ask(PROMPT, lambda _: None)).calls
    assert len(messages_api.requests) == 3


async def test_overload_without_end_is_no_fault_of_the_spec(messages_api: MessagesApi, author: Author) -> None:
    messages_api.play(OVERLOADED)
    with pytest.raises(AuthorUnavailableError):
        await author.ask(PROMPT, lambda _: None)
    assert len(messages_api.requests) == 5


async def test_a_stream_that_is_cut_off_is_asked_for_again_and_counted_as_paid(
    messages_api: MessagesApi, author: Author
) -> None:
    whole = submits(SOURCE)
    messages_api.play(Message(whole.content, cut_after=4), whole)
    reply = await author.ask(PROMPT, lambda _: None)
    assert reply.calls[0]["input"]["source"] == SOURCE
    assert reply.usage.total > 9_500  # the lost half costs too


async def test_overload_in_the_middle_of_a_stream_is_unavailability(messages_api: MessagesApi, author: Author) -> None:
    messages_api.play(Message(submits(SOURCE).content, cut_after=4, fails_with="overloaded_error"))
    with pytest.raises(AuthorUnavailableError):
        await author.ask(PROMPT, lambda _: None)


@pytest.mark.parametrize(("code", "kind"), [(401, "authentication_error"), (400, "invalid_request_error")])
async def test_a_wrong_key_or_request_is_not_tried_again(
    messages_api: MessagesApi, author: Author, code: int, kind: str
) -> None:
    messages_api.play(Status(code, kind))
    with pytest.raises(AuthorMisconfiguredError):
        await author.ask(PROMPT, lambda _: None)
    assert len(messages_api.requests) == 1


async def test_a_refusal_comes_with_its_explanation(messages_api: MessagesApi, author: Author) -> None:
    details = {"type": "refusal", "category": None, "explanation": "This would harm people."}
    messages_api.play(Message(text("No.").content, "refusal", details))
    reply = await author.ask(PROMPT, lambda _: None)
    assert (reply.stop_reason, reply.explanation) == ("refusal", "This would harm people.")


async def test_without_a_key_there_is_no_author(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
    assert not Settings().has_author_key
    async with Author.open("claude-test", Prices(), has_key=False) as none:
        assert none is None


def test_a_process_starts_without_the_models_sdk() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, api.cli.serve; print(sys.modules.keys() & {'anthropic', 'botocore'})"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout == "set()\n"
