"""What tenants, and clients of theirs, use now, over all processes of an installation: one count for all.

Each process counts what comes to it. Twice a second it writes what it has in a row of its own, for those alone who use
more than `_SMALL` of a limit, and reads what the others have: so no call waits for a shared count, no process for
another's row, and who uses little costs one look at a table that is empty. For each further process a limit may be
overrun by what that takes in half a second, or by a `_SMALL` part; requests that came too many are taken off what comes
next.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import RowMapping, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from tenants.base.db import Database, now
from tenants.models import UseTally

SHARE_S = 0.5
_SMALL = 1 / 16
# A process whose row has not moved for so many looks is gone, and holds no run.
_LOOKS_MAX = 8
# What nobody uses any more is told no longer.
_IDLE_LOOKS = 20
_FORGOTTEN = timedelta(minutes=1)
_KNOWN_MAX = 10_000
TENANT = ""  # in the place of a client
# Who has told so seldom has begun just now.
_NEW_BEATS = 2
_Key = tuple[str, str]  # a tenant, and a client of it or TENANT


@dataclass(slots=True)
class _Elsewhere:
    """What another process last told, and for how many looks it has told nothing new."""

    asked: int
    running: int
    background: int
    beat: int
    unmoved: int = 0

    @property
    def is_there(self) -> bool:
        return self.unmoved < _LOOKS_MAX


@dataclass(slots=True)
class Tally:
    """One tenant's, or one client's. `left`: of its rate; the rest are requests and runs, here and `elsewhere`.

    `most_asked` a second, `most_running` and `most_background` are its limits, as whoever counts last knew them.
    """

    left: float | None = None
    at: float = 0.0
    running: int = 0
    background: int = 0
    most_asked: float = 1e9
    most_running: int = 1 << 30
    most_background: int = 1 << 30
    asked: int = 0
    told: int = 0
    beat: int = 0
    idle: int = 0
    elsewhere: dict[str, _Elsewhere] = field(default_factory=dict[str, _Elsewhere])
    _asked_before: int = 0

    @property
    def running_elsewhere(self) -> int:
        return sum(one.running for one in self.elsewhere.values() if one.is_there)

    @property
    def background_elsewhere(self) -> int:
        return sum(one.background for one in self.elsewhere.values() if one.is_there)

    def is_to_be_told(self) -> bool:
        """Whether others should know. Call it once for each look."""
        since, self._asked_before = self.asked - self._asked_before, self.asked
        much = (
            since > self.most_asked * SHARE_S * _SMALL
            or self.running > self.most_running * _SMALL
            or self.background > self.most_background * _SMALL
        )
        self.idle = 0 if since or self.running or self.background else self.idle + 1
        if much or (self.beat and since):
            self.told += since
        return much or (self.beat > 0 and not self.is_idle)

    @property
    def is_idle(self) -> bool:
        """Whether nobody has used it for a while."""
        return self.idle >= _IDLE_LOOKS

    def hear(self, row: RowMapping) -> None:
        """What another process tells."""
        process, left = row["process"], self.left or 0.0
        known = self.elsewhere.get(process)
        said = self.elsewhere[process] = _Elsewhere(row["asked"], row["running"], row["background"], row["beat"])
        if known is None and said.beat > _NEW_BEATS:
            # How long it has been asked so much is not known: at worst there is nothing left of what came at once.
            left = max(min(left, 0.0), left - said.asked)
        elif known is not None and known.beat == said.beat:
            said.unmoved = known.unmoved + 1
        else:
            left -= max(0, said.asked - (known.asked if known else 0))
        self.left = None if self.left is None else left

    def forget_gone(self, there: set[str]) -> None:
        """Processes whose rows are gone have nothing any more."""
        self.elsewhere = {process: one for process, one in self.elsewhere.items() if process in there}

    def end(self) -> None:
        """Nobody tells of it any more, and nobody looks."""
        self.beat = self.told = self.idle = 0
        self.elsewhere.clear()


class Tallies:
    """One process's. `owner` names it."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._known: dict[_Key, Tally] = {}
        # Those that were used lately, or are in use.
        self._touched: dict[_Key, Tally] = {}

    def of(self, tenant_id: str, client: str = TENANT) -> Tally:
        """A tenant's, or a client's of it. It is to be used at once, or not kept."""
        key = (tenant_id, client)
        found = self._known.get(key)
        if found is None:
            self._forget_idle()
            found = self._known[key] = Tally()
        self._touched[key] = found
        return found

    async def share(self, database: Database) -> None:
        """Tell the others, and hear of them. Raises DatabaseAwayError: then each counts alone for a while."""
        looked, self._touched = self._touched, {}
        if not looked:
            return
        told = {key: tally for key, tally in looked.items() if tally.is_to_be_told()}
        over = {key: tally for key, tally in looked.items() if tally.is_idle}
        self._touched = {key: tally for key, tally in looked.items() if key not in over} | self._touched
        await self._tell(database, told, [key for key, tally in over.items() if tally.beat])
        for tally in over.values():
            tally.end()
        found = await self._read(database)
        for key, tally in looked.items():
            rows = found.get(_place(key), ()) if found else ()
            tally.forget_gone({row["process"] for row in rows})
            for row in rows:
                tally.hear(row)

    async def _tell(self, database: Database, told: Mapping[_Key, Tally], over: Sequence[_Key]) -> None:
        if not (told or over):
            return
        rows = [self._row(key, tally) for key, tally in told.items()]
        async with database.system() as session:
            if over:
                mine = UseTally.process == self._owner, UseTally.tenant_id.in_({tenant_id for tenant_id, _ in over})
                await session.execute(delete(UseTally).where(*mine))
            if rows:
                insert = (sqlite.insert if database.is_sqlite else postgresql.insert)(cast(Table, UseTally.__table__))
                changing = {
                    name: insert.excluded[name] for name in ("asked", "running", "background", "beat", "told_at")
                }
                keys = ["tenant_id", "subject", "process"]
                await session.execute(insert.on_conflict_do_update(index_elements=keys, set_=changing), rows)
            # Of processes that were killed.
            await session.execute(delete(UseTally).where(UseTally.told_at < now() - _FORGOTTEN))

    async def _read(self, database: Database) -> Mapping[tuple[str, str], Sequence[RowMapping]]:
        """What the others told, by what it is about."""
        async with database.system_reading() as session:
            others = select(cast(Table, UseTally.__table__)).where(UseTally.process != self._owner)
            rows = (await session.execute(others)).mappings().all()
        found: dict[tuple[str, str], list[RowMapping]] = {}
        for row in rows:
            found.setdefault((row["tenant_id"], row["subject"]), []).append(row)
        return found

    def _row(self, key: _Key, tally: Tally) -> dict[str, Any]:
        tenant_id, subject = _place(key)
        tally.beat += 1
        return {
            "tenant_id": tenant_id,
            "subject": subject,
            "process": self._owner,
            "asked": tally.told,
            "running": tally.running,
            "background": tally.background,
            "beat": tally.beat,
            "told_at": now(),
        }

    def _forget_idle(self) -> None:
        if len(self._known) >= _KNOWN_MAX:
            used = {key: one for key, one in self._known.items() if one.running or one.background or one.beat}
            self._known = used


def _place(key: _Key) -> tuple[str, str]:
    """Where a row is found: what a client is called may be a long address of the net."""
    tenant_id, client = key
    return tenant_id, hashlib.sha256(client.encode()).hexdigest()[:32] if client else TENANT
