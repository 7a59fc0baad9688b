"""Bodies about webhooks."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from api.schemas.pages import CallerOut, Shape, Strict
from tenants.notifications.event_kinds import KINDS

# Types cannot be read from a table; the document that clients are made from can.
if TYPE_CHECKING:
    EventName = str
else:
    EventName = Literal[tuple(KINDS)]
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
