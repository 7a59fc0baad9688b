"""Bodies about how a tool changes: drafts tried beforehand, comments on lines, canaries and deprecations."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.schemas.pages import CallerOut, Shape, Strict
from api.schemas.people import Visible


class ServedOut(BaseModel):
    """What callers are told of a tool."""

    version: int
    title: str | None
    description: str


class CanaryShareIn(Strict):
    percent: int = Field(ge=1, le=99, description="Of the calls, for the newer version.")


class CanaryStopIn(Strict):
    reason: str | None = Field(None, max_length=5_000)


class Tally(BaseModel):
    calls: int = Field(description="Calls that say something about the version: see `rule`.")
    failed: int


class CanaryFigures(BaseModel):
    canary: Tally
    baseline: Tally
    chance: float = Field(description="How likely a version that is no worse fails so often. 1 when it does no worse.")


class CanaryOut(Shape):
    """A newer version that serves a share of the calls, beside the version before it."""

    tool: str = Field(validation_alias="tool_name")
    version: int
    baseline: int = Field(description="The version that serves the rest.")
    percent: int
    promotes_after: int | None = Field(
        description="Calls after which it takes over by itself, if it fails no more often; null: a person decides."
    )
    started_by: CallerOut
    started_at: datetime
    since: datetime = Field(description="When the present share was set: figures are of calls since then.")
    ended_at: datetime | None
    ending: Literal["promoted", "stopped", "rolled_back", "replaced"] | None = Field(
        description="rolled_back: by itself, because it failed more often. replaced: by another decision."
    )
    figures: CanaryFigures
    rule: str = Field(description="What is counted, and when a canary is taken back.")


class DeprecateIn(Strict):
    message: Annotated[str, Visible] = Field(
        min_length=1, max_length=500, description="Shown to callers in the tool's description."
    )
    replaced_by: str | None = Field(None, description="The live tool to use instead.")
    ends_at: Annotated[datetime | None, Field(strict=False)] = Field(
        None, description="When it is retired by itself, with a time zone."
    )


class TryIn(Strict):
    source: str = Field(min_length=1, max_length=1_000_000, description="Python, as for a version.")
    spec: dict[str, Any] | None = Field(None, description="Instead of the tool's own; nothing of it is kept.")
    cases: list[dict[str, Any]] = Field(
        default_factory=list[dict[str, Any]],
        max_length=20,
        description="None: the spec's examples, and hold-outs of one's own.",
    )


class TriedRun(BaseModel):
    """One call of one case, in its canned world."""

    case: str
    outcome: str
    result: Any = None
    error: dict[str, Any] | None = None
    otherwise: list[str] = Field(description="What is not as the case says, a sentence each.")
    log: str
    done: dict[str, Any] = Field(description="What it did, as a case states it.")
    missing: list[str] = Field(description="What it asked of the world that the world does not have.")
    fuel_used: int
    memory_bytes_peak: int
    host_calls: int
    wall_ms: float


class TriedOut(BaseModel):
    """What came of a draft that was tried. Nothing was submitted."""

    findings: list[dict[str, Any]]
    runs: list[TriedRun]


class LineCommentIn(Strict):
    line: int = Field(ge=1, le=2**31 - 1, description="Of the source, from 1.")
    text: str = Field(min_length=1, max_length=5_000)


class SettledIn(Strict):
    settled: bool = Field(description="Whether it has been answered.")


class LineCommentOut(Shape):
    id: str
    line: int
    text: str
    author: CallerOut
    created_at: datetime
    settled_by: CallerOut | None = Field(description="Who says that it has been answered.")
    settled_at: datetime | None
