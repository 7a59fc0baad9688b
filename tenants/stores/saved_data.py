"""What tools have saved, as people see it: values by scope and key, and the ledger of effects that have happened.

Tools act on both, so who may only propose tools changes nothing of them. The audit trail is kept for good and a value
may be about a person: of a value the trail has its size and its hash, before and after, and never the value.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Text, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import HostCall, jsontext
from tenants.base import ids, pages
from tenants.base.errors import ConflictError, InvalidError, NotFoundError
from tenants.capabilities import kv
from tenants.capabilities.bound import Bound, Unable, admitted
from tenants.models import KvEntry, LedgerEntry
from tenants.rights.access import Actor, Permission
from tenants.rules import audit

SHARED = "tenant"
_OF_A_TOOL = "tool:"
_TOOLS_OWN = re.compile(_OF_A_TOOL + ids.TOOL_NAME)
_SUBJECT_CHARACTERS_MAX = 200
State = Literal["claimed", "done"]


@dataclass(frozen=True, slots=True)
class Scope:
    """`tenant`, which all tools share, or `tool:NAME`; and how many values it has."""

    scope: str
    values: int


async def list_scopes(session: AsyncSession, actor: Actor) -> list[Scope]:
    """Each that has a value, by its name."""
    actor.require(Permission.RUNS_READ)
    rows = await session.execute(select(KvEntry.scope, func.count()).group_by(KvEntry.scope).order_by(KvEntry.scope))
    return [Scope(scope, values) for scope, values in rows]


async def list_values(
    session: AsyncSession, actor: Actor, scope: str, words: str | None, cursor: str | None, limit: int
) -> pages.Page[KvEntry]:
    """By key; with `words`, those that have them in their key or value. Raises InvalidError."""
    actor.require(Permission.RUNS_READ)
    text = type_coerce(KvEntry.value, Text)
    query = select(KvEntry).where(KvEntry.scope == scope)
    if words is not None:
        # JSON has a quotation mark within a text as two signs: what is looked for is written alike.
        written = json.dumps(words, ensure_ascii=False)[1:-1]
        has = KvEntry.key.icontains(words, autoescape=True) | text.icontains(written, autoescape=True)
        query = query.where(has)
    return await pages.page(session, query, KvEntry.key, cursor, limit, weight=func.length(text), is_rising=True)


async def change_value(
    session: AsyncSession, actor: Actor, scope: str, key: str, text: str | None, revision: int
) -> None:
    """Keep the JSON `text` under the key, or nothing, if what is kept still has this `revision` (0: nothing is).

    Raises InvalidError, and ConflictError when it has been changed since it was read.
    """
    actor.require(Permission.DATA_WRITE)
    payload = {"scope": SHARED if scope == SHARED else "tool", "key": key, "value": _read(text)}
    bound = Bound(actor.tenant_id, ids.new("req"), _tool_of(scope))
    held = await session.get(KvEntry, (actor.tenant_id, scope, key), with_for_update=True)
    before = _told(None if held is None else _written(held.value))
    try:
        call = admitted(HostCall(0, "kv", "set", payload))
        once = HostCall(0, "kv", "compare_and_set", call.payload)
        is_changed = await kv.replace(session, once, bound, revision)
    except Unable as unable:
        error = InvalidError if unable.fault.code in {"malformed_request", "too_large"} else ConflictError
        raise error(unable.fault.message, hint=unable.fault.hint) from unable
    if not is_changed:
        raise ConflictError(
            f"The value of {key!r} is another one by now.", hint="Read it again, and change what is there now."
        )
    action = "value.removed" if payload["value"] is None else "value.changed"
    after = _told(None if payload["value"] is None else _written(payload["value"]))
    await audit.record(session, actor, action, f"{scope}/{key}"[:_SUBJECT_CHARACTERS_MAX], before=before, after=after)


async def list_effects(
    session: AsyncSession, actor: Actor, words: str | None, state: State | None, cursor: str | None, limit: int
) -> pages.Page[LedgerEntry]:
    """The ledger by key; with `words`, those whose key has them."""
    actor.require(Permission.RUNS_READ)
    query = select(LedgerEntry)
    if words is not None:
        query = query.where(LedgerEntry.key.icontains(words, autoescape=True) | (LedgerEntry.run_id == words))
    if state is not None:
        query = query.where(LedgerEntry.state == state)
    return await pages.page(session, query, LedgerEntry.key, cursor, limit, is_rising=True)


async def forget_effects(session: AsyncSession, actor: Actor, keys: Sequence[str]) -> None:
    """Have the ledger forget that these happened: the next run that comes to one does it again.

    Raises NotFoundError for what is not done, and then forgets none.
    """
    actor.require(Permission.DATA_WRITE)
    for key in keys:
        entry = await session.get(LedgerEntry, (actor.tenant_id, key), with_for_update=True)
        if entry is None or entry.state != "done":
            raise NotFoundError(f"The ledger does not say that {key!r} is done.", hint="Nothing was forgotten.")
        told = {"run": entry.run_id, "done_at": None if entry.done_at is None else entry.done_at.isoformat()}
        await session.delete(entry)
        await audit.record(session, actor, "effect.forgotten", key[:_SUBJECT_CHARACTERS_MAX], **told)


def _tool_of(scope: str) -> str:
    if scope == SHARED:
        return ""
    if not _TOOLS_OWN.fullmatch(scope):
        problem = {"path": "/scope", "message": f'A scope is "{SHARED}", or "{_OF_A_TOOL}" and a tool\'s name.'}
        raise InvalidError(problems=[problem])
    return scope.removeprefix(_OF_A_TOOL)


def _read(text: str | None) -> Any:
    try:
        return None if text is None else jsontext.read_stored(text)
    except jsontext.BadJson as bad:
        raise InvalidError(problems=[{"path": "/text", "message": f"This is no JSON: {bad}"}]) from bad


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _told(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    content = text.encode("utf-8", "surrogatepass")
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
