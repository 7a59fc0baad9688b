"""kv: small durable values, of one tool or shared by the tenant's tools."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import KV_ENTRIES_MAX, HostCall, same_json
from tenants.base.db import Database, now
from tenants.capabilities.bound import Bound, Implementation, Operation, Unable, admitted
from tenants.capabilities.stored import grow
from tenants.models import KvEntry
from tenants.rules.stored_bytes import ROW_BYTES

ENTRIES = KV_ENTRIES_MAX


class Kv:
    """Answers for every run of this process. None stands for "there is no value"."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def operations(self) -> Mapping[str, Operation]:
        return {"get": self.get, "set": self.set, "delete": self.delete, "compare_and_set": self.compare_and_set}

    async def get(self, call: HostCall, bound: Bound) -> Any:
        call = admitted(call)
        async with self._database.reading(bound.tenant_id) as session:
            entry = await session.get(KvEntry, (bound.tenant_id, *_place(call, bound)))
            return None if entry is None else entry.value

    async def set(self, call: HostCall, bound: Bound) -> None:
        call = admitted(call)
        value = call.payload.get("value")
        async with self._database.unit(bound.tenant_id) as session:
            entry = await _locked(session, call, bound)
            await _change(session, entry, call, bound, value)

    async def delete(self, call: HostCall, bound: Bound) -> None:
        call = admitted(call)
        async with self._database.unit(bound.tenant_id) as session:
            entry = await _locked(session, call, bound)
            await _change(session, entry, call, bound, None)

    async def compare_and_set(self, call: HostCall, bound: Bound) -> bool:
        """Change the value if it is the expected one. Return whether it was."""
        call = admitted(call)
        value = call.payload.get("value")
        async with self._database.unit(bound.tenant_id) as session:
            entry = await _locked(session, call, bound)
            if not same_json(None if entry is None else entry.value, call.payload.get("expected")):
                return False
            return await _change(session, entry, call, bound, value)


async def replace(session: AsyncSession, call: HostCall, bound: Bound, revision: int) -> bool:
    """Keep the call's value, or none, if what is kept has this `revision` (0: nothing is kept). Return whether it had.

    `call` was admitted, and does not say `set`. Raises Unable for more than may be kept.
    """
    entry = await _locked(session, call, bound)
    if revision != (0 if entry is None else entry.revision):
        return False
    return await _change(session, entry, call, bound, call.payload.get("value"))


def implement(database: Database) -> Implementation:
    return Kv(database)


async def _locked(session: AsyncSession, call: HostCall, bound: Bound) -> KvEntry | None:
    return await session.get(KvEntry, (bound.tenant_id, *_place(call, bound)), with_for_update=True)


async def _change(session: AsyncSession, entry: KvEntry | None, call: HostCall, bound: Bound, value: Any) -> bool:
    """Return False when another run wrote the first value of this key in the meantime, and stands."""
    await grow(session, bound.tenant_id, _size(value) - _size(None if entry is None else entry.value))
    if value is None:
        if entry is not None:
            await session.delete(entry)
    elif entry is not None:
        entry.value, entry.revision = value, entry.revision + 1
    else:
        return await _create(session, call, bound, value)
    return True


async def _create(session: AsyncSession, call: HostCall, bound: Bound, value: Any) -> bool:
    scope, key = _place(call, bound)
    kept = await session.scalar(select(func.count()).select_from(KvEntry).where(KvEntry.scope == scope))
    if (kept or 0) >= ENTRIES:
        raise Unable("over_quota", f"There are {ENTRIES:,} values in this scope already.", "Delete some.")
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"tenant_id": bound.tenant_id, "scope": scope, "key": key, "value": value, "revision": 1, "updated_at": now()}
    insert = make(KvEntry).values(row)
    if call.operation == "set":  # no matter who was first: the last one to set it is right
        insert = insert.on_conflict_do_update(
            index_elements=["tenant_id", "scope", "key"],
            set_={"value": insert.excluded.value, "revision": KvEntry.revision + 1, "updated_at": now()},
        )
    else:
        insert = insert.on_conflict_do_nothing()
    return (await session.scalar(insert.returning(KvEntry.key))) is not None


def _place(call: HostCall, bound: Bound) -> tuple[str, str]:
    is_shared = call.payload.get("scope") == "tenant"
    return ("tenant" if is_shared else f"tool:{bound.tool_name}"), call.payload["key"]


def _size(value: Any) -> int:
    """What a value counts of what its tenant may store; none counts nothing."""
    return 0 if value is None else ROW_BYTES + len(json.dumps(value, ensure_ascii=False).encode())
