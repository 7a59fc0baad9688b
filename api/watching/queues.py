"""How much waits in the database, and for how long: asked when somebody looks, of indexes alone."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from tenants.base.db import Database, now
from tenants.models import Delivery, OutgoingLetter, Run, RunStatus, Schedule, Version
from tenants.tools import versions

Waiting = tuple[InstrumentedAttribute[Any], tuple[ColumnElement[bool], ...]]


async def read_queues(database: Database) -> dict[str, float]:
    """`length` and `oldest_seconds` of each queue, by gauge and queue. Raises DatabaseAwayError."""
    found: dict[str, float] = {}
    moment = now()
    async with database.system_reading() as session:
        for name, (since, where) in _queues(moment).items():
            count, oldest = (await session.execute(select(func.count(), func.min(since)).where(*where))).one()
            found[f"sealwright_queue_length/{name}"] = count
            late = (moment - oldest).total_seconds() if oldest is not None else 0.0
            found[f"sealwright_queue_oldest_seconds/{name}"] = max(late, 0.0)
    return found


def _queues(moment: datetime) -> dict[str, Waiting]:
    return {
        "runs": (Run.created_at, (Run.status == RunStatus.QUEUED,)),
        "versions": (Version.updated_at, (versions.waiting(),)),
        "schedules": (Schedule.next_at, (Schedule.paused.is_(False), Schedule.next_at <= moment)),
        "deliveries": (Delivery.next_at, (Delivery.state == "waiting", Delivery.next_at <= moment)),
        "letters": (OutgoingLetter.next_at, (OutgoingLetter.next_at <= moment,)),
    }
