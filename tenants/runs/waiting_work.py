"""What waits for a process to take it, of all tenants: how much, and since when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from tenants.base.db import Database, now
from tenants.models import Run, RunStatus, Version
from tenants.tools import versions


@dataclass(frozen=True, slots=True)
class Waiting:
    """`oldest_s` is the age of the oldest of both, in seconds; 0 when nothing waits."""

    runs: int
    versions: int
    oldest_s: float


async def measure(database: Database) -> Waiting:
    """Count queued runs and versions that nobody builds. Raises what the database raises."""
    async with database.system_reading() as session:
        runs, oldest_run = (
            await session.execute(select(func.count(), func.min(Run.created_at)).where(Run.status == RunStatus.QUEUED))
        ).one()
        built, oldest_version = (
            await session.execute(select(func.count(), func.min(Version.created_at)).where(versions.waiting()))
        ).one()
    return Waiting(runs, built, max(_age_s(oldest_run), _age_s(oldest_version)))


def _age_s(since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, round((now() - since).total_seconds(), 1))
