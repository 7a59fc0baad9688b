"""A model writes the source: write, build, gates, findings back, revise; a few rounds, within a budget.

Every exchange is a row before it is asked and when it is answered. A process that takes over reads the rows and goes
on from there: what was paid for is not asked again.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from sandbox import Finding
from tenants.base.errors import OverQuotaError
from tenants.models import Exchange, Version
from tenants.rights import audience
from tenants.runtime import Runtime
from tenants.vendors.author import Author, AuthorMisconfiguredError, AuthorUnavailableError, Prompt, Reply, Usage
from tenants.writing import exchanges, guide, prompts

ROUNDS = 5
GATE = "generation"
PURPOSE = "write"
_TOLD_EVERY = 240  # characters of source between two events
Judge = Callable[[str], Awaitable[list[Finding]]]

_STOPPED = {
    "refusal": ("The model declined to write this tool.", "Say in the spec what the tool is for, or write it by hand."),
    "model_context_window_exceeded": (
        "The spec and the findings are too long for the model.",
        "Make the spec smaller: fewer or shorter examples.",
    ),
}
_CUT_SHORT = (
    "Your last answer was cut off because it was too long. Submit a shorter module: fewer words, same behaviour."
)
_NO_CALL = "Answer by calling submit_tool with the whole module."


@dataclass(frozen=True, slots=True)
class Attempt:
    """One source the model submitted, and what the gates said of it."""

    round: int
    source: str
    findings: list[Finding]

    @property
    def errors(self) -> int:
        return sum(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Result:
    """The best source, if there is any, and why the loop ended before a sound one, if it did."""

    source: str | None
    findings: list[Finding]
    rounds: int
    stopped: str | None = None


async def write(runtime: Runtime, version: Version, judge: Judge) -> Result:
    """Let the model write the version's source. `judge` builds a source and puts it through the gates."""
    if runtime.author is None:
        said = Finding(
            GATE,
            "error",
            "No model is configured here, so nothing can be generated.",
            "Submit the source yourself, or ask the operator to set ANTHROPIC_API_KEY.",
        )
        return Result(None, [said], 0)
    return await _Loop(runtime, runtime.author, version, judge).run()


@dataclass
class _Loop:
    runtime: Runtime
    author: Author
    version: Version
    judge: Judge
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    stopped: Finding | None = None
    rounds: int = 0

    async def run(self) -> Result:
        instructions = str((self.version.generate or {}).get("instructions") or "")
        added = prompts.opening(self.version.spec, instructions)
        messages: list[dict[str, Any]] = []
        past = await self._past()
        while self.rounds < ROUNDS and self.stopped is None:
            self.rounds += 1
            messages += added
            reply = past.get(self.rounds) or await self._ask(messages, added)
            if reply is None:
                break
            added = await self._take(reply)
            if not added:
                break
        return self._result()

    async def _take(self, reply: Reply) -> list[dict[str, Any]]:
        """Judge a reply; return what is said next, or nothing when the loop is over."""
        if reply.stop_reason in _STOPPED:
            self._stop(*_STOPPED[reply.stop_reason], reply.explanation)
            return []
        if reply.stop_reason == "max_tokens":  # the call, if there is one, is cut in two
            return [prompts.nudge(_CUT_SHORT)]
        said = [{"role": "assistant", "content": reply.content}] if reply.content else []
        source = source_of(reply)
        if source is not None:
            findings = await self._judged(source)
            return [] if findings is None else [*said, prompts.answer(_ids(reply), findings)]
        if reply.stop_reason == "pause_turn":
            return said
        calls = [prompts.answer(_ids(reply), [])] if reply.calls else []
        return [*said, *calls, prompts.nudge(_NO_CALL)]

    async def _judged(self, source: str) -> list[Finding] | None:
        """Return what the gates found; None when it is sound, or when the model goes in a circle."""
        self._tell("checking")
        attempt = Attempt(self.rounds, source, await self.judge(source))
        if any(source == old.source for old in self.attempts):
            self._stop("The model submitted the same source again.", "Make the spec more exact, or write it by hand.")
        self.attempts.append(attempt)
        self._tell("judged", errors=attempt.errors, findings=len(attempt.findings))
        return attempt.findings if attempt.errors and self.stopped is None else None

    async def _ask(self, messages: list[dict[str, Any]], added: list[dict[str, Any]]) -> Reply | None:
        prompt = Prompt(prompts.RULES, guide.whole(), prompts.SUBMIT, messages)
        about = {"version_id": self.version.id, "tool_name": self.version.tool_name, "round": self.rounds}
        exchange = exchanges.begin(self.author, prompt, added, purpose=PURPOSE, **about)
        try:
            return await exchanges.hold(
                self.runtime.database, self.version.tenant_id, self.author, prompt, exchange, _Teller(self)
            )
        except OverQuotaError as error:
            self._stop(error.message, error.hint)
        except AuthorUnavailableError as error:
            self._stop(f"The model service gave no answer: {error}", "Nothing is wrong with the spec; try again later.")
        except AuthorMisconfiguredError as error:
            self._stop(f"The model service refused the request: {error}", "The operator must check key and model.")
        return None

    async def _past(self) -> dict[int, Reply]:
        """What was answered before this process took over, by round."""
        async with self.runtime.database.reading(self.version.tenant_id) as session:
            rows = await session.scalars(
                select(Exchange).where(
                    Exchange.version_id == self.version.id, Exchange.purpose == PURPOSE, Exchange.reply.is_not(None)
                )
            )
            return {
                row.round: Reply(row.id, row.model, row.reply or [], row.stop_reason or "end_turn", None, Usage())
                for row in rows
                if row.reply is not None
            }

    def _stop(self, message: str, hint: str | None, explanation: str | None = None) -> None:
        said = f"{message} {explanation}" if explanation else message
        self.stopped = Finding(GATE, "error", said, hint)

    def _tell(self, phase: str, **data: object) -> None:
        about = {"tool": self.version.tool_name, "version": self.version.number, "round": self.rounds, "phase": phase}
        asker = {audience.ASKER: self.version.author.get("user_id")}
        self.runtime.events.publish(self.version.tenant_id, "version.generating", {**about, **asker, **data})

    def told(self, written: str, characters: int) -> None:
        self._tell("writing", added=written, characters=characters)

    def _result(self) -> Result:
        if not self.attempts:
            return Result(None, [self.stopped] if self.stopped else [_never_submitted()], self.rounds)
        best = min(self.attempts, key=lambda one: (one.errors, len(one.findings), -one.round))
        if not best.errors:
            return Result(best.source, best.findings, self.rounds)
        ended = self.stopped or Finding(GATE, "error", f"The model did not get it right in {ROUNDS} rounds.")
        return Result(best.source, [*best.findings, ended], self.rounds, ended.message)


class _Teller:
    """Tells the dashboard the source as it is written, a few lines at a time."""

    def __init__(self, loop: _Loop) -> None:
        self.loop = loop
        self.raw = ""
        self.shown = ""

    def __call__(self, piece: str) -> None:
        self.raw += piece
        source = _partial_source(self.raw)
        if len(source) - len(self.shown) >= _TOLD_EVERY:
            self.loop.told(source[len(self.shown) :], len(source))
            self.shown = source


def _partial_source(raw: str) -> str:
    """Return as much of the source as an unfinished JSON object holds already."""
    _, key, rest = raw.partition('"source"')
    start = rest.find('"')
    if not key or start < 0:
        return ""
    text = rest[start + 1 :].rstrip("}\n ")
    for cut in range(7):  # an escape may be cut in two: at most five characters of it are there
        try:
            return str(json.loads(f'"{text[: len(text) - cut].removesuffix(chr(34))}"', strict=False))
        except ValueError:
            continue
    return ""


def source_of(reply: Reply) -> str | None:
    """Return the source of the last submit_tool call."""
    for call in reversed(reply.calls):
        given = call.get("input")
        if call.get("name") == prompts.SUBMIT["name"] and isinstance(given, dict):
            source: object = given.get("source")  # pyright: ignore[reportUnknownVariableType,reportUnknownMemberType] - a model's JSON
            if isinstance(source, str) and source.strip():
                return source
    return None


def _ids(reply: Reply) -> list[str]:
    return [str(call["id"]) for call in reply.calls]


def _never_submitted() -> Finding:
    return Finding(GATE, "error", f"The model submitted nothing in {ROUNDS} rounds.", "Make the spec more exact.")
