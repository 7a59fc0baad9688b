"""Bodies about what is told of by itself: webhooks and alerts."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from api.schemas.pages import CallerOut, Shape, Strict
from tenants.alerts import alert_rules
from tenants.notifications.event_kinds import KINDS

# Types cannot be read from a table; the document that clients are made from can.
if TYPE_CHECKING:
    EventName = str
    AlertKind = str
else:
    EventName = Literal[tuple(KINDS)]
    AlertKind = Literal[tuple(alert_rules.KINDS)]
_DATA = "What it is told of. Each notice is `{type, timestamp, data}`, with these data: " + "; ".join(
    f"`{kind}`: {data}" for kind, data in KINDS.items()
)


class WebhookIn(Strict):
    url: str = Field(max_length=2_000)
    events: list[EventName] = Field(min_length=1, description=_DATA)


class WebhookChange(Strict):
    """What is left out stays."""

    url: str | None = Field(None, max_length=2_000)
    events: list[EventName] | None = Field(None, min_length=1)
    active: bool | None = None


class WebhookOut(Shape):
    id: str
    url: str
    events: list[EventName]
    active: bool
    created_by: CallerOut
    created_at: datetime


class NewWebhookOut(WebhookOut):
    signing_key: str = Field(description="whsec_...: verify every notice with it. It is never shown again.")


class DeliveryOut(Shape):
    id: str
    event: EventName | Literal["webhook.test"] = Field(validation_alias="kind")
    subject: str
    state: Literal["waiting", "delivered", "given_up"]
    attempts: int
    next_at: datetime | None
    last_status: int | None
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None


_COUNTS = "What it counts: " + "; ".join(f"`{name}`: {kind.unit}" for name, kind in alert_rules.KINDS.items())
_SPAN = "How far back, for failures and slow; others count what is there now."


class AlertIn(Strict):
    kind: AlertKind = Field(description=_COUNTS)
    threshold: int = Field(ge=1, description="It begins at so much or more, in the unit of its kind.")
    span_minutes: int = Field(60, ge=1, le=alert_rules.SPAN_MINUTES_MAX, description=_SPAN)
    tool: str | None = Field(None, max_length=64, description="Of one tool alone: failures, slow and schedules.")
    by_letter: bool = Field(False, description="Whether letters are written to whoever sets it.")


class AlertChange(Strict):
    """What is left out stays."""

    threshold: int | None = Field(None, ge=1)
    span_minutes: int | None = Field(None, ge=1, le=alert_rules.SPAN_MINUTES_MAX)
    active: bool | None = None


class LettersIn(Strict):
    wanted: bool = Field(description="Whether letters are written to you when it begins and when it is over.")


class AlertOut(Shape):
    id: str
    kind: AlertKind
    tool: str | None = Field(validation_alias="tool_name")
    threshold: int
    span_minutes: int
    active: bool
    fired_at: datetime | None = Field(description="Since when it fires; null while it is quiet.")
    value: int | None = Field(description="How much it was when it last began or ended.")
    letters: int = Field(description="To how many people letters are written.")
    letters_to_me: bool
    created_by: CallerOut
    created_at: datetime


class AlertsOut(BaseModel):
    items: list[AlertOut] = Field(description="Those that fire first.")
    writes_letters: bool = Field(description="Whether this server can write letters at all.")
