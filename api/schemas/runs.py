"""Bodies about runs."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.pages import CallerOut, Strict

StatusName = Literal["queued", "running", "suspended", "finished"]
OutcomeName = Literal["returned", "failed", "refused", "exhausted", "trapped", "cancelled"]


class RunIn(Strict):
    arguments: dict[str, Any] = Field(default_factory=dict[str, Any])


class RunError(BaseModel):
    model_config = ConfigDict(extra="allow")

    code: str
    message: str
    hint: str | None = None


class RunOut(BaseModel):
    """A run in a list: what it was called with, and its log, are the run's own page."""

    id: str
    tool: str
    version: int
    digest: str
    component_digest: str
    status: StatusName
    outcome: OutcomeName | None
    result: Any
    error: RunError | None
    fuel_used: int
    memory_bytes_peak: int
    wall_ms: float
    host_calls: int
    executions: int = Field(
        description="How often its code was run for it: once more each time it went on after a wait or a crash."
    )
    caller: CallerOut
    parent_run_id: str | None = Field(description="The run that called this one, where a tool called a tool.")
    arguments_hash: str
    idempotency_key: str | None
    progress: dict[str, Any] | None
    created_at: datetime
    finished_at: datetime | None


class RunDetail(RunOut):
    arguments: Any
    log: str


class EntryOut(BaseModel):
    seq: int
    item: int | None = Field(description="Which part of a call that does many things; null for the call itself.")
    capability: str
    operation: str
    effect: str
    request: Any
    state: str = Field(description="`done`, or `unknown`: begun, and nobody knows how it ended.")
    value: Any
    fault: RunError | None
    elapsed_ns: int | None
    intended_at_ns: int | None
    concluded_at_ns: int | None


class ReplayOut(BaseModel):
    run: str
    identical: bool
    differences: list[dict[str, Any]]
    note: str | None
    outcome: str | None
    result: Any
    error: RunError | None
    fuel_used: int | None
    host_calls: int | None
    log: str | None
    wall_ms: float | None


class QuestionOut(BaseModel):
    id: str
    run: str
    tool: str
    asked_of: Literal["approver", "owner", "caller"]
    question: str
    details: Any
    deadline: str | None
    created_at: str
    answer: dict[str, Any] | None
    answered_at: str | None


class AnswerIn(Strict):
    approved: bool
    comment: str = ""


class ComparisonOut(BaseModel):
    model_config = ConfigDict(extra="allow")

    run: str
    same: bool
    differences: list[dict[str, Any]]
    said: str | None = Field(description="What differs, in a sentence.")


class UnsettledOut(BaseModel):
    key: str
    run: str
    claimed_at: str


class SettleIn(Strict):
    key: str
    happened: bool = Field(description="true: it is done; false: it may be done again.")
