"""Bodies about the audit trail."""

from datetime import datetime
from typing import Any

from api.schemas.pages import CallerOut, Shape


class AuditOut(Shape):
    seq: int
    action: str
    subject: str
    actor: CallerOut
    details: dict[str, Any]
    created_at: datetime
    hash: str
