"""Bodies about what was used, and what it saved."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class Money(BaseModel):
    tokens: int
    usd: float


class GenerationUsed(Money):
    budget_usd: int


class UsageOut(BaseModel):
    """Since the month began, in UTC."""

    since: str
    runs: int
    fuel_used: int
    wall_ms: float
    host_calls: int
    generation: GenerationUsed


class PerRun(BaseModel):
    tokens: float = Field(description="What one call of the tool costs its caller.")
    steps: float = Field(description="The calls that it stands for.")
    stepwise_tokens: float
    saved_tokens: float
    saved_usd: float


class BreakEven(BaseModel):
    runs: int | None = Field(description="Runs after which the tool has paid for itself; null when it never does.")
    reached: bool


class EconomicsOut(BaseModel):
    tool: str
    succeeded: int = Field(description="Runs that returned: only these save.")
    spent: Money = Field(description="What models that wrote its versions cost.")
    runs: int
    per_run: PerRun
    saved: Money
    break_even: BreakEven
    method: str


class Tokens(BaseModel):
    input: int
    output: int
    cache_write: int
    cache_read: int


class ExchangeOut(BaseModel):
    """One request to the model and its reply."""

    round: int
    model: str
    request: list[Any]
    reply: list[Any] | None
    stop_reason: str | None
    error: str | None
    tokens: Tokens
    usd: float
    created_at: str
    finished_at: str | None


class UnusedTool(BaseModel):
    tool: str
    last_run_at: str | None


class AlikeTools(BaseModel):
    tools: list[str]


class TidyOut(BaseModel):
    unused: list[UnusedTool] = Field(description="Live for `unused_days` or more, and not called in them.")
    unused_days: int
    alike: list[AlikeTools] = Field(description="Pairs whose names and descriptions say much the same.")


class WaitingVersion(BaseModel):
    tool: str
    number: int
    author: str
    since: datetime


class WaitingVersions(BaseModel):
    count: int
    items: list[WaitingVersion]


class WaitingQuestion(BaseModel):
    run: str
    tool: str
    question: str
    since: datetime


class WaitingQuestions(BaseModel):
    count: int
    items: list[WaitingQuestion]


class FailingSchedule(BaseModel):
    id: str
    tool: str
    outcome: str | None = Field(description="How its last run ended; null: it could not be called.")
    run: str | None


class EndingKey(BaseModel):
    name: str
    ends: datetime


class FailingWebhook(BaseModel):
    url: str
    given_up: int


class AttentionOut(BaseModel):
    """What waits for people; null is what the caller may not see."""

    versions: WaitingVersions
    questions: WaitingQuestions | None
    uncertain: int | None = Field(description="Effects that nobody knows the end of, up to 100.")
    schedules: list[FailingSchedule] | None
    keys: list[EndingKey] | None = Field(description="API keys that end within two weeks.")
    webhooks: list[FailingWebhook] | None = Field(description="Given up for in the last two days.")


class NewestVersion(BaseModel):
    tool: str
    number: int


class FirstSteps(BaseModel):
    """How far a new tenant has come."""

    proposed: bool
    approved: bool
    called: bool
    connected: bool
    newest: NewestVersion | None


class Outcomes(BaseModel):
    returned: int
    failed: int
    refused: int
    exhausted: int
    trapped: int
    cancelled: int
    p50_ms: float | None
    p95_ms: float | None


class ActivityPart(Outcomes):
    at: datetime


class ErrorKind(BaseModel):
    tool: str
    outcome: str
    code: str | None
    count: int
    last_run: str


class FailingTool(BaseModel):
    tool: str
    runs: int
    failed: int


class ActivityOut(BaseModel):
    parts: list[ActivityPart]
    total: Outcomes
    errors: list[ErrorKind] = Field(description="The most frequent kinds, each with its newest run.")
    failing: list[FailingTool] = Field(description="Tools that failed, the worst share first.")


class SavedOut(Money):
    """Only runs that returned count."""

    runs: int
    seconds: int
    method: str


class OverviewOut(BaseModel):
    since: datetime
    until: datetime
    part_seconds: int
    waiting: AttentionOut
    first_steps: FirstSteps
    activity: ActivityOut | None
    saved: SavedOut | None


class ToolName(BaseModel):
    name: str
    title: str | None
    live_version: int | None
