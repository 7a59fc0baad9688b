"""Bodies about what was used, and what it saved."""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from api.schemas.pages import Shape
from tenants.catalog.figures import Figures, ToolFigures


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
    meter: str | None = Field(description="What counted all of the fuel; null where it was several meters, or none.")
    wall_ms: float
    host_calls: int
    generation: GenerationUsed


class LimitOut(Shape):
    name: str
    limit: int = Field(description="What the policy says, or the default.")
    ceiling: int = Field(description="What the policy may say at most.")
    used: int | None = Field(description="Now; null for what is counted by each process for itself, such as rates.")


class UsedOut(Shape):
    id: str = Field(description="The caller's id, or the tool's name.")
    name: str
    kind: str = Field(description="`tool`, or what kind of caller it is.")
    runs: int
    broken: int = Field(description="Those that failed, ran out of something or died.")
    wall_ms: float
    fuel_used: int
    meter: str | None = Field(description="What counted all of the fuel; null where it was several meters, or none.")
    host_calls: int
    by_day: list[int] = Field(description="The runs of each day, the oldest first.")


class DailyUsageOut(BaseModel):
    days: list[str] = Field(description="Dates in UTC, the oldest first.")
    used: list[UsedOut] = Field(description="A hundred at most.")
    others: int = Field(description="The runs of those that are not among them.")


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


class LeftBehind(BaseModel):
    tool: str
    number: int


class FailedOutside(LeftBehind):
    cases: int


class AttentionOut(BaseModel):
    """What waits for people; null is what the caller may not see."""

    versions: WaitingVersions
    left_behind: list[LeftBehind] = Field(
        description="Live versions that do not answer as before on this release's image, and serve on their own."
    )
    outside: list[FailedOutside] = Field(description="Versions that fail cases by others than their authors.")
    questions: WaitingQuestions | None
    uncertain: int | None = Field(description="Effects that nobody knows the end of, up to 100.")
    schedules: list[FailingSchedule] | None
    keys: list[EndingKey] | None = Field(description="API keys that end within two weeks.")
    secrets: list[EndingKey] | None = Field(description="Secrets that expire within two weeks, or have.")
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


class FiguresOut(BaseModel):
    runs: int
    returned: int
    broken: int = Field(
        description="Those that failed, ran out of something or died; refused and stopped ones are not."
    )
    success: float | None = Field(description="The share that returned of those that ended by themselves, 0 to 1.")
    p50_ms: float | None
    p95_ms: float | None

    @classmethod
    def of_figures(cls, of: Figures) -> Self:
        return cls(**of._asdict(), success=of.success)


class VersionFiguresOut(BaseModel):
    version: int
    figures: FiguresOut


class ToolFiguresOut(BaseModel):
    tool: str
    figures: FiguresOut
    latest: list[str] = Field(description="The outcomes of its last runs, the newest first.")
    versions: list[VersionFiguresOut]

    @classmethod
    def of_figures(cls, of: ToolFigures) -> Self:
        versions = [
            VersionFiguresOut(version=number, figures=FiguresOut.of_figures(one))
            for number, one in sorted(of.versions.items(), reverse=True)
        ]
        return cls(tool=of.tool, figures=FiguresOut.of_figures(of.whole), latest=of.latest, versions=versions)


class ToolsFiguresOut(BaseModel):
    days: int
    runs_max: int = Field(description="Of the tenant's newest runs so many are counted at most.")
    tools: list[ToolFiguresOut]
