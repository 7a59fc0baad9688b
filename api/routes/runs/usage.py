"""What was used, what it cost, and what it saves."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.auth.deps import CurrentActor, CurrentDatabase, CurrentSettings, Number, Reading
from api.problems import RESPONSES
from api.schemas.tools import PageOut
from tenants.catalog import unused_tools
from tenants.vendors.author import Prices
from tenants.writing import economics

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["usage"], responses=RESPONSES)


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


@router.get("/usage")
async def read_usage(actor: CurrentActor, session: Reading) -> UsageOut:
    return UsageOut.model_validate(await economics.of_tenant(session, actor))


class UnusedTool(BaseModel):
    tool: str
    last_run_at: str | None


class AlikeTools(BaseModel):
    tools: list[str]


class TidyOut(BaseModel):
    unused: list[UnusedTool] = Field(description="Live for 30 days or more, and not called in them.")
    alike: list[AlikeTools] = Field(description="Pairs whose names and descriptions say much the same.")


@router.get("/usage/tidy")
async def read_tidy_report(actor: CurrentActor, database: CurrentDatabase) -> TidyOut:
    """What the tenant could do without. Nothing is retired by itself."""
    return TidyOut.model_validate(await unused_tools.report(database, actor))


@router.get("/tools/{name}/economics")
async def read_economics(name: str, actor: CurrentActor, session: Reading, settings: CurrentSettings) -> EconomicsOut:
    """What the tool cost to make, what its runs save, by a stated method, and whether it has paid for itself."""
    prices = Prices(input=settings.author_input_usd, output=settings.author_output_usd)
    return EconomicsOut.model_validate(await economics.of_tool(session, actor, name, prices))


@router.get("/tools/{name}/versions/{number}/exchanges")
async def list_exchanges(name: str, number: Number, actor: CurrentActor, session: Reading) -> PageOut[ExchangeOut]:
    """What was said to the model that wrote this version, and what it answered."""
    found = await economics.exchanges_of(session, actor, name, number)
    return PageOut(items=[ExchangeOut.model_validate(one) for one in found], next_cursor=None)
