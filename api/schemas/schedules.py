"""Bodies about schedules."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.schemas.pages import CallerOut, Shape, Strict
from api.schemas.runs import OutcomeName


class ScheduleIn(Strict):
    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict[str, Any])
    cron: str = Field(max_length=100, examples=["0 9 * * 1-5"], description="minute hour day month weekday")
    zone: str = Field("UTC", max_length=60, examples=["Europe/Paris"])
    missed: Literal["skip", "once"] = Field("skip", description="What to do about times at which nothing was running.")


class ScheduleChange(Strict):
    paused: bool


class ScheduleOut(Shape):
    id: str
    tool: str = Field(validation_alias="tool_name")
    arguments: dict[str, Any]
    cron: str
    words: str = Field(description="The cron expression as people say it.")
    zone: str
    missed: Literal["skip", "once"]
    paused: bool
    next_at: datetime | None
    last_at: datetime | None
    last_run: str | None = Field(validation_alias="last_run_id")
    last_outcome: OutcomeName | None = Field(description="How that run ended; null while it has not.")
    last_error: str | None
    created_by: CallerOut
    created_at: datetime


class SchedulePreview(BaseModel):
    words: str
    times: list[datetime] = Field(description="The next ones, in UTC.")
