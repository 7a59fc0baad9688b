"""Attempts at what only somebody should be able to do, counted in one place for all processes.

An attempt is counted before it is tried, so that a hundred at once are a hundred; one that succeeds is taken back.
After so many that are free, each next one has to wait twice as long as the one before. Counted are the person, the
network that the caller is in, and the two together: the last is what stops a guesser soon, without letting a
stranger lock somebody out of their account from afar.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import Database, now
from tenants.base.errors import OverQuotaError
from tenants.models import Attempt

# Longer than the longest wait: whoever has waited is not new.
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """Attempts by one subject. `often` are free; then the wait is `first_s`, doubled each time up to `longest_s`."""

    kind: str
    subject: str
    often: int
    first_s: int = 30
    longest_s: int = 900

    @property
    def key(self) -> str:
        """Hashed: an address that somebody tried is nobody else's to read."""
        return hashlib.sha256(f"{self.kind}\0{self.subject}".encode(errors="replace")).hexdigest()

    def wait_s(self, count: int) -> int:
        """How long the next one waits after `count`."""
        if count < self.often:
            return 0
        return min(self.longest_s, self.first_s << min(count - self.often, 20))


def signing_in(email: str, network: str) -> tuple[Counted, ...]:
    return (
        Counted("sign_in_from", network, 100, 10, 300),
        Counted("sign_in", f"{email} {network}", 10),
        Counted("sign_in_as", email, 100),
    )


def confirming(user_id: str, network: str) -> tuple[Counted, ...]:
    """A second factor, or the password of somebody who is signed in: codes are short, so few are free."""
    return (Counted("sign_in_from", network, 100, 10, 300), Counted("confirm", user_id, 6))


def signing_up(network: str) -> tuple[Counted, ...]:
    return (Counted("sign_up_from", network, 600, 60),)


def finding_taken(network: str) -> tuple[Counted, ...]:
    """Sign-ups with an address that is taken: each one tells that somebody is here."""
    return (Counted("taken_from", network, 30, 60),)


def asking_for_letters(email: str, network: str) -> tuple[Counted, ...]:
    return (Counted("letters_from", network, 60, 60), Counted("letters_to", email, 5, 300, 3_000))


async def begin(database: Database, counted: tuple[Counted, ...]) -> None:
    """Count an attempt, or raise OverQuotaError for who has to wait; then nothing is counted."""
    async with database.system() as session:
        rows = await _locked(session, counted)
        waits = [(row.blocked_until - now()).total_seconds() for row in rows.values() if row.blocked_until]
        if (wait := max(waits, default=0.0)) > 0:
            raise OverQuotaError(
                "There were too many attempts.",
                retry_after_s=int(wait) + 1,
                hint=f"Wait {int(wait) + 1} seconds before the next one.",
            )
        for one in counted:
            row = rows[one.key]
            row.count = 1 + (row.count if row.last_at + FORGOTTEN_AFTER > now() else 0)
            row.last_at = now()
            delay = one.wait_s(row.count)
            row.blocked_until = now() + timedelta(seconds=delay) if delay else None


async def succeeded(database: Database, counted: tuple[Counted, ...]) -> None:
    """Take an attempt back: the network's is as it was before, and what was about the person begins anew."""
    async with database.system() as session:
        rows = await _locked(session, counted)
        for one in counted:
            row = rows[one.key]
            row.count = row.count - 1 if one.kind.endswith("_from") else 0
            if row.count < one.often:
                row.blocked_until = None


async def forget_old(session: AsyncSession) -> None:
    await session.execute(delete(Attempt).where(Attempt.last_at < now() - FORGOTTEN_AFTER))


async def _locked(session: AsyncSession, counted: tuple[Counted, ...]) -> dict[str, Attempt]:
    """The rows, made where they are missing, and locked in one order so that two requests never wait in a ring."""
    keys = sorted({one.key for one in counted})
    values = [{"key": key, "count": 0, "last_at": now()} for key in keys]
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    await session.execute(kind.insert(Attempt).values(values).on_conflict_do_nothing())
    rows = await session.scalars(
        select(Attempt)
        .where(Attempt.key.in_(keys))
        .order_by(Attempt.key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.key: row for row in rows}
