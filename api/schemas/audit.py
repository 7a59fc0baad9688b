"""Bodies about the audit trail."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.pages import CallerOut, Shape


class AuditOut(Shape):
    seq: int
    action: str
    subject: str
    actor: CallerOut
    details: dict[str, Any]
    created_at: datetime
    hash: str


class VerifiedOut(Shape):
    """A whole audit trail that was gone through."""

    events: int
    last_hash: str | None = Field(description="Of its newest event; null when there is none.")
    problems: list[str] = Field(description="What is wrong with it, a hundred at most; empty when it is sound.")
