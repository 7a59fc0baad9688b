"""Claude, behind one door: the only module that imports anthropic. One exchange in, one reply out.

The SDK is imported when a model is first needed: it is two fifths of what a process imports, and a process that was
killed must be back before its runs have waited long.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self, cast

import httpx2

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

# What is asked of the model in one exchange may take long; what never takes long is the next piece of it.
_TIMEOUT = httpx2.Timeout(600.0, connect=10.0, read=120.0)
_CUT_TRIES = 3
_CHARACTERS_PER_TOKEN = 2.5  # pessimistic on purpose: code and JSON measure 3 to 4


class AuthorUnavailableError(Exception):
    """The model service gave no whole answer, after every retry. Nothing is wrong with the spec."""


class AuthorMisconfiguredError(Exception):
    """The model service refuses our requests: a wrong key, model name or request. Retrying does not help."""


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens, which is also millionths of a dollar for one token."""

    input: float = 5.0
    output: float = 25.0

    @property
    def cache_write(self) -> float:
        return 2.0 * self.input  # kept for an hour

    @property
    def cache_read(self) -> float:
        return 0.1 * self.input


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one exchange; the four kinds do not overlap."""

    input: int = 0
    output: int = 0
    cache_write: int = 0
    cache_read: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_write + other.cache_write,
            self.cache_read + other.cache_read,
        )

    @property
    def total(self) -> int:
        return self.input + self.output + self.cache_write + self.cache_read

    def cost_microusd(self, prices: Prices) -> int:
        """Millionths of a US dollar."""
        return round(
            self.input * prices.input
            + self.output * prices.output
            + self.cache_write * prices.cache_write
            + self.cache_read * prices.cache_read
        )


@dataclass(frozen=True, slots=True)
class Prompt:
    """What one exchange sends: unchanging text first, so that it is cached; then the conversation so far."""

    rules: str
    guide: str
    tool: dict[str, Any]
    messages: list[dict[str, Any]]

    def tokens_at_most(self) -> int:
        """Return an upper bound for the tokens of the input: there is no offline tokenizer to count them."""
        characters = len(self.rules) + len(self.guide) + len(str(self.tool)) + len(str(self.messages))
        return int(characters / _CHARACTERS_PER_TOKEN) + 500


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `content` is the blocks as they are to be sent back; `calls` the tool calls among them."""

    id: str
    model: str
    content: list[dict[str, Any]]
    stop_reason: str
    explanation: str | None
    usage: Usage

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [block for block in self.content if block["type"] == "tool_use"]


Written = Callable[[str], None]  # told each piece of the tool's input as it is written


@dataclass(frozen=True)
class Author:
    """A model to write with. The client reads ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL itself."""

    model: str
    client: "AsyncAnthropic"
    max_tokens: int = 32_000
    prices: Prices = field(default_factory=Prices)

    @classmethod
    @asynccontextmanager
    async def open(cls, model: str, prices: Prices, *, has_key: bool) -> AsyncGenerator[Self | None]:
        """Yield an author, or None where there is no key: then people and agents write, and no model."""
        if not has_key:
            yield None
            return
        from anthropic import AsyncAnthropic  # noqa: PLC0415 - see above

        async with AsyncAnthropic(max_retries=4, timeout=_TIMEOUT) as client:
            yield cls(model=model, prices=prices, client=client)

    async def ask(self, prompt: Prompt, on_written: Written) -> Reply:
        """Hold one exchange, streamed. A stream that is cut off is asked for again, a few times.

        Raises AuthorUnavailableError, AuthorMisconfiguredError.
        """
        import anthropic  # noqa: PLC0415 - see above

        lost = Usage()
        for attempt in range(_CUT_TRIES):
            try:
                reply = await self._stream(prompt, on_written)
                return replace(reply, usage=reply.usage + lost)
            except (anthropic.AuthenticationError, anthropic.PermissionDeniedError, anthropic.NotFoundError) as error:
                raise AuthorMisconfiguredError(f"{type(error).__name__}: {error}") from error
            except (anthropic.APIError, httpx2.HTTPError, _CutOffError) as error:
                if not _passing(error):
                    raise AuthorMisconfiguredError(f"{type(error).__name__}: {error}") from error
                if attempt == _CUT_TRIES - 1 or isinstance(error, anthropic.APIStatusError):
                    raise AuthorUnavailableError(f"{type(error).__name__}: {error}") from error
                # What was cut off is paid for all the same, and nobody says how much it was.
                lost += Usage(input=prompt.tokens_at_most(), output=self.max_tokens // 4)
            await asyncio.sleep(random.uniform(0, 0.5 * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise AssertionError

    async def _stream(self, prompt: Prompt, on_written: Written) -> Reply:
        hour: Any = {"type": "ephemeral", "ttl": "1h"}
        async with self.client.messages.stream(
            model=self.model,
            max_tokens=self.max_tokens,
            system=[
                {"type": "text", "text": prompt.rules},
                {"type": "text", "text": prompt.guide, "cache_control": hour},
            ],
            tools=[cast("Any", prompt.tool)],
            messages=cast("Any", prompt.messages),
            # The conversation grows from round to round: what was sent before is read from the cache.
            cache_control={"type": "ephemeral"},
        ) as stream:
            ended = False
            try:
                async for event in stream:
                    if event.type == "input_json":
                        on_written(event.partial_json)
                    ended = ended or event.type == "message_stop"
            except ValueError as error:  # a tool's input that is no JSON: the SDK gives the whole stream up
                raise _CutOffError(str(error)) from error
            if not ended:
                raise _CutOffError
            return _reply(await stream.get_final_message())


class _CutOffError(Exception):
    """The stream ended before the message did."""


def _passing(error: Exception) -> bool:
    """Whether the same request may succeed later."""
    from anthropic import APIStatusError  # noqa: PLC0415 - see above

    if isinstance(error, APIStatusError):
        return error.status_code >= 500 or error.status_code in {408, 409, 429} or error.type == "overloaded_error"
    return True


def _reply(message: Any) -> Reply:
    usage, details = message.usage, message.stop_details
    return Reply(
        id=message.id,
        model=str(message.model),
        content=[_block(block.to_dict()) for block in message.content],
        stop_reason=message.stop_reason or "end_turn",
        explanation=getattr(details, "explanation", None) if details else None,
        usage=Usage(
            input=usage.input_tokens or 0,
            output=usage.output_tokens or 0,
            cache_write=usage.cache_creation_input_tokens or 0,
            cache_read=usage.cache_read_input_tokens or 0,
        ),
    )


def _block(block: dict[str, Any]) -> dict[str, Any]:
    # The stream's helper adds what it parsed; the API takes back only what it sent.
    return {name: value for name, value in block.items() if name != "parsed_output" and value is not None}
