"""API keys."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, Reading, Unit
from api.problems import RESPONSES
from api.schemas.agents import KeyIn, KeyOut, NewKeyOut
from api.schemas.pages import PageOut
from tenants.agents import api_keys

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["tenant"], responses=RESPONSES)


@router.get("/api-keys")
async def list_keys(actor: CurrentActor, session: Reading) -> PageOut[KeyOut]:
    items = [KeyOut.of(key) for key in await api_keys.list_keys(session, actor)]
    return PageOut(items=items, next_cursor=None)


@router.post("/api-keys", status_code=201)
async def create_key(body: KeyIn, actor: CurrentActor, unit: Unit) -> NewKeyOut:
    """Make an API key. Its token is in this answer and nowhere else."""
    key, token = await api_keys.create(unit, actor, name=body.name, scopes=body.scopes, expires_at=body.expires_at)
    return NewKeyOut.of(key, token=token)


@router.delete("/api-keys/{key_id}", status_code=204)
async def revoke_key(key_id: str, actor: CurrentActor, unit: Unit) -> None:
    await api_keys.revoke(unit, actor, key_id)
