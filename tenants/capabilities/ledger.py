"""ledger: the tenant's durable record of effects that have happened: a key claimed before each, done after it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import HostCall
from tenants.base.db import Database, now
from tenants.base.errors import NotFoundError
from tenants.capabilities.bound import Bound, Implementation, Operation, Unable, admitted
from tenants.models import LedgerEntry, Run, RunStatus

State = Literal["claimed", "done", "in_flight"]
_AT_ONCE = 500  # rows in one statement: below every driver's limit on parameters


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An effect that nobody knows the end of: its run is over, and neither did nor released it."""

    key: str
    run_id: str
    claimed_at: datetime


class Ledger:
    """Answers for every run of this process. Each call is one transaction: all of its keys, or none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def operations(self) -> Mapping[str, Operation]:
        return {"claim": self.claim, "done": self.done, "release": self.release, "is_done": self.is_done}

    async def claim(self, call: HostCall, bound: Bound) -> list[State]:
        """For each key, in order: "claimed" is the caller's to do, once. The call itself may be repeated."""
        keys: list[str] = admitted(call).payload["keys"]
        async with self._database.unit(bound.tenant_id) as session:
            new = await _insert(session, keys, call, bound, "claimed")
            found = await _entries(session, set(keys) - new)
        states: dict[str, State] = dict.fromkeys(new, "claimed")
        states |= {key: _state(entry, call, bound) for key, entry in found.items()}
        return [_taken(states, key) for key in keys]

    async def done(self, call: HostCall, bound: Bound) -> None:
        """Record that these happened, claimed before or not. What another run holds is its own to settle.

        Raises Unable.
        """
        keys: list[str] = admitted(call).payload["keys"]
        async with self._database.unit(bound.tenant_id) as session:
            await _insert(session, keys, call, bound, "done")
            found = await _entries(session, set(keys))
        foreign = sorted(key for key, entry in found.items() if entry.state != "done")
        if foreign:  # raised after the commit: that the others happened must not be lost
            raise Unable(
                "not_yours", f"Another run holds {foreign[0]!r}.", "Claim a key before its effect.", {"keys": foreign}
            )

    async def release(self, call: HostCall, bound: Bound) -> None:
        """Give claims back. What is done, or claimed by another run, stays."""
        keys: list[str] = admitted(call).payload["keys"]
        async with self._database.unit(bound.tenant_id) as session:
            for some in _parts(keys):
                await session.execute(
                    delete(LedgerEntry).where(
                        LedgerEntry.key.in_(some), LedgerEntry.run_id == bound.run_id, LedgerEntry.state == "claimed"
                    )
                )

    async def is_done(self, call: HostCall, bound: Bound) -> bool:
        key: str = admitted(call).payload["key"]
        async with self._database.reading(bound.tenant_id) as session:
            return (await _entries(session, {key})).get(key, _NONE).state == "done"

    async def happened(self, bound: Bound, keys: Collection[str]) -> set[str]:
        """Return those of the keys that are done. For other capabilities, which keep theirs under a prefix."""
        if not keys:
            return set()
        async with self._database.reading(bound.tenant_id) as session:
            found = await _entries(session, set(keys))
        return {key for key, entry in found.items() if entry.state == "done"}

    async def record(self, call: HostCall, bound: Bound, keys: Collection[str]) -> None:
        """Record that these are done."""
        if keys:
            async with self._database.unit(bound.tenant_id) as session:
                await _insert(session, sorted(keys), call, bound, "done")


def implement(database: Database) -> Implementation:
    return Ledger(database)


async def unsettled(session: AsyncSession, limit: int = 100) -> Sequence[Unsettled]:
    """Effects for a person to settle, the oldest first: claimed by a run that has finished."""
    query = (
        select(LedgerEntry)
        .join(Run, Run.id == LedgerEntry.run_id)
        .where(LedgerEntry.state == "claimed", Run.status == RunStatus.FINISHED)
        .order_by(LedgerEntry.claimed_at, LedgerEntry.key)
        .limit(limit)
    )
    return [Unsettled(entry.key, entry.run_id, entry.claimed_at) for entry in await session.scalars(query)]


async def settle_all(session: AsyncSession, keys: Sequence[str], *, happened: bool) -> None:
    """The same word on several. Raises NotFoundError for one that is not unsettled, and then settles none."""
    for key in keys:
        await settle(session, key, happened=happened)


async def settle(session: AsyncSession, key: str, *, happened: bool) -> None:
    """A person's word on an unsettled effect: it is done, or it may be claimed again. Raises NotFoundError."""
    entry = await session.scalar(select(LedgerEntry).where(LedgerEntry.key == key, LedgerEntry.state == "claimed"))
    if entry is None:
        raise NotFoundError(f"There is no unsettled effect {key!r}.")
    if happened:
        entry.state, entry.done_at = "done", now()
    else:
        await session.delete(entry)


async def _insert(
    session: AsyncSession, keys: Sequence[str], call: HostCall, bound: Bound, state: Literal["claimed", "done"]
) -> set[str]:
    """Write entries for the keys that have none; "done" also settles this run's own claims. Return the written."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    written: set[str] = set()
    # In one order, so that two runs with the same keys wait for each other rather than for ever.
    for some in _parts(sorted(set(keys))):
        insert = make(LedgerEntry).values([_row(key, call, bound, state) for key in some])
        if state == "claimed":
            insert = insert.on_conflict_do_nothing()
        else:
            insert = insert.on_conflict_do_update(
                index_elements=["tenant_id", "key"],
                set_={"state": state, "done_at": insert.excluded.done_at},
                where=(LedgerEntry.state == "claimed") & (LedgerEntry.run_id == bound.run_id),
            )
        written |= set(await session.scalars(insert.returning(LedgerEntry.key)))
    return written


def _row(key: str, call: HostCall, bound: Bound, state: str) -> Mapping[str, Any]:
    return {
        "tenant_id": bound.tenant_id,
        "key": key,
        "state": state,
        "run_id": bound.run_id,
        "call_seq": call.seq,
        "claimed_at": now(),
        "done_at": now() if state == "done" else None,
    }


async def _entries(session: AsyncSession, keys: set[str]) -> dict[str, LedgerEntry]:
    found: dict[str, LedgerEntry] = {}
    for some in _parts(sorted(keys)):
        rows = await session.scalars(select(LedgerEntry).where(LedgerEntry.key.in_(some)))
        found |= {row.key: row for row in rows}
    return found


_NONE = LedgerEntry(state="")


def _state(entry: LedgerEntry, call: HostCall, bound: Bound) -> State:
    if entry.state == "done":
        return "done"
    # The same call again, after a crash: its claims are still its own.
    same = (entry.run_id, entry.call_seq) == (bound.run_id, call.seq)
    return "claimed" if same else "in_flight"


def _taken(states: dict[str, State], key: str) -> State:
    """The state of the key; a claim is given out once, also when a call names its key twice."""
    state = states[key]
    if state == "claimed":
        states[key] = "in_flight"
    return state


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
