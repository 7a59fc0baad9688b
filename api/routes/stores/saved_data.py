"""What tools have saved: their values, and the ledger of what has happened."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.auth.deps import CurrentActor, CurrentPaging, Reading, Unit
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.stores import EffectOut, ForgetIn, ScopeOut, ValueIn, ValueOut
from tenants.stores import saved_data

router = APIRouter(prefix="/api/v1/tenants/{tenant}/data", tags=["data"], responses=RESPONSES)
Words = Annotated[str | None, Query(max_length=200, description="A part of what is looked for.")]


@router.get("/scopes")
async def list_scopes(actor: CurrentActor, session: Reading) -> PageOut[ScopeOut]:
    """Whose values there are."""
    found = await saved_data.list_scopes(session, actor)
    return PageOut(items=[ScopeOut.of(one) for one in found], next_cursor=None)


@router.get("/values")
async def list_values(
    actor: CurrentActor,
    session: Reading,
    page: CurrentPaging,
    scope: Annotated[str, Query(max_length=70, description='"tenant", or "tool:NAME".')] = saved_data.SHARED,
    q: Words = None,
) -> PageOut[ValueOut]:
    """The values of one scope by key, or those that have `q` in their key or value."""
    found = await saved_data.list_values(session, actor, scope, q, page.cursor, page.limit)
    items = [ValueOut.of(one, text=json.dumps(one.value, ensure_ascii=False)) for one in found.items]
    return PageOut(items=items, next_cursor=found.next_cursor)


@router.put("/values", status_code=204)
async def change_value(body: ValueIn, actor: CurrentActor, unit: Unit) -> None:
    """Change, make or remove one value, if it is still the one that was read. The audit trail keeps who did."""
    await saved_data.change_value(unit, actor, body.scope, body.key, body.text, body.revision)


@router.get("/effects")
async def list_effects(
    actor: CurrentActor,
    session: Reading,
    page: CurrentPaging,
    q: Words = None,
    state: Literal["claimed", "done"] | None = None,
) -> PageOut[EffectOut]:
    """The ledger by key: what has happened, and what runs hold; `q` is a part of a key, or a run's id."""
    found = await saved_data.list_effects(session, actor, q, state, page.cursor, page.limit)
    return PageOut(items=[EffectOut.of(one) for one in found.items], next_cursor=found.next_cursor)


@router.post("/effects/forget", status_code=204)
async def forget_effects(body: ForgetIn, actor: CurrentActor, unit: Unit) -> None:
    """Forget that these happened: the next run that comes to one does it again. All are forgotten, or none."""
    await saved_data.forget_effects(unit, actor, list(dict.fromkeys(body.keys)))
