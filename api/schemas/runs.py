"""Bodies about runs."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import AliasPath, BaseModel, ConfigDict, Field

from api.schemas.pages import CallerOut, Shape, Strict, TimeText
from tenants.runs.replays import Replay

StatusName = Literal["queued", "running", "suspended", "finished"]
OutcomeName = Literal["returned", "failed", "refused", "exhausted", "trapped", "cancelled"]


class RunIn(Strict):
    arguments: dict[str, Any] = Field(default_factory=dict[str, Any])


class RunError(BaseModel):
    # Tools add what they like.
    model_config = ConfigDict(extra="allow")

    code: str
    message: str
    hint: str | None = None


class RunErrorBrief(BaseModel):
    """What went wrong, without what a tool adds to it."""

    code: str
    message: str
    hint: str | None = None


class RunListed(Shape):
    """A run in a list: what it was called with, what it came to, and its log, are the run's own page."""

    id: str
    tool: str = Field(validation_alias="tool_name")
    version: int = Field(validation_alias="version_number")
    digest: str
    component_digest: str
    status: StatusName
    outcome: OutcomeName | None
    error: RunErrorBrief | None
    fuel_used: int
    meter: str | None = Field(
        description="What counted its fuel. Figures of two meters are not comparable. Null where nothing was counted."
    )
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


class RunOut(RunListed):
    """A run, and what it came to."""

    result: Any = Field(validation_alias="result_value")
    error: RunError | None  # pyright: ignore[reportIncompatibleVariableOverride] - with all that a tool has said


class RunDetail(RunOut):
    arguments: Any = Field(validation_alias="arguments_value")
    log: str
    broken_invariants: list[int] | None = Field(
        None,
        validation_alias="broken_numbers",
        description="What its spec says is always so and was not, by number from 0. Null when nobody has looked: the "
        "policy always_on_runs says of which tools each run is looked at, soon after its end.",
    )


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


# Of a run that was executed again, beside its result.
_AGAIN = ("outcome", "error", "fuel_used", "meter", "host_calls", "log", "wall_ms")


class ReplayOut(Shape):
    run: str = Field(validation_alias=AliasPath("original", "id"))
    identical: bool
    differences: list[dict[str, Any]]
    note: str | None
    outcome: str | None
    result: Any
    error: RunError | None
    fuel_used: int | None
    meter: str | None
    host_calls: int | None
    log: str | None
    wall_ms: float | None

    @classmethod
    def of_replay(cls, replay: Replay) -> Self:
        """The replay, and what came of it this time: nothing where the recording ends before the run does."""
        again = replay.run
        came: dict[str, object] = {name: getattr(again, name, None) for name in _AGAIN}
        return cls.of(replay, **came, result=again.result_value if again else None)


class QuestionOut(Shape):
    id: str
    run: str = Field(validation_alias="run_id")
    tool: str = Field(validation_alias="tool_name")
    asked_of: Literal["approver", "owner", "caller"]
    question: str
    details: Any = Field(validation_alias="details_value")
    deadline: TimeText | None
    created_at: TimeText
    answer: dict[str, Any] | None
    answered_at: TimeText | None


class AnswerIn(Strict):
    approved: bool
    comment: str = ""


class ComparisonOut(Shape):
    run: str = Field(validation_alias="run_id")
    same: bool
    differences: list[dict[str, Any]]
    said: str | None = Field(description="What differs, in a sentence.")


class UnsettledOut(Shape):
    key: str
    run: str = Field(validation_alias="run_id")
    claimed_at: TimeText


class SettleIn(Strict):
    key: str
    happened: bool = Field(description="true: it is done; false: it may be done again.")


class SettleAllIn(Strict):
    keys: list[str] = Field(min_length=1, max_length=100)
    happened: bool = Field(description="true: they are done; false: they may be done again.")
