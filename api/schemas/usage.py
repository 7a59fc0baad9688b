"""Bodies about what was used, and what it saved."""

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
