"""Bodies about the audit trail."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from api.schemas.pages import CallerOut


class AuditOut(BaseModel):
    seq: int
    action: str
    subject: str
    actor: CallerOut
    details: dict[str, Any]
    created_at: datetime
    hash: str
