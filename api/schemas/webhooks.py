"""Bodies about webhooks."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.pages import CallerOut, Strict
from tenants.notifications import notices

EventName = Literal[
    "run.finished",
    "run.uncertain",
    "question.asked",
    "version.awaiting_approval",
    "version.approved",
    "version.rejected",
    "version.live",
    "version.rolled_back",
    "schedule.missed",
    "schedule.failed",
    "agent.connected",
    "agent.disconnected",
    "secret.changed",
]


_DATA = "What it is told of. Each notice is `{type, timestamp, data}`, with these data: " + "; ".join(
    f"`{kind}`: {data}" for kind, data in notices.KINDS.items()
)


class WebhookIn(Strict):
    url: str = Field(max_length=2_000)
    events: list[EventName] = Field(min_length=1, description=_DATA)


class WebhookOut(BaseModel):
    id: str
    url: str
    events: list[EventName]
    active: bool
    created_by: CallerOut
    created_at: datetime


class NewWebhookOut(WebhookOut):
    signing_key: str = Field(description="whsec_...: verify every notice with it. It is never shown again.")


class DeliveryOut(BaseModel):
    id: str
    event: EventName
    subject: str
    state: Literal["waiting", "delivered", "given_up"]
    attempts: int
    next_at: datetime | None
    last_status: int | None
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None
