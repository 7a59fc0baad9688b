"""Secrets: put in, listed by name, removed. No answer ever holds a value."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentVault, Reading, Unit
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.stores import RenewedOut, SecretIn, SecretOut

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["secrets"], responses=RESPONSES)


@router.put("/secrets/{name}")
async def put_secret(name: str, body: SecretIn, actor: CurrentActor, safe: CurrentVault, unit: Unit) -> SecretOut:
    """Store a secret, or replace it. Tools name it as `secret("NAME")`; its value is put in as a request leaves."""
    entry = await safe.put(unit, actor, name, body.value.get_secret_value(), body.hosts, body.expires_at)
    return SecretOut.of(entry)


@router.get("/secrets")
async def list_secrets(actor: CurrentActor, safe: CurrentVault, session: Reading) -> PageOut[SecretOut]:
    found = await safe.list_all(session, actor)
    return PageOut(items=[SecretOut.of(entry) for entry in found], next_cursor=None)


@router.post("/secrets:renew-key")
async def renew_key(actor: CurrentActor, safe: CurrentVault, unit: Unit) -> RenewedOut:
    """Give the tenant a new key: every sealed value is sealed anew with it, and the old key is destroyed."""
    return RenewedOut(sealed_anew=await safe.renew(unit, actor))


@router.delete("/secrets/{name}", status_code=204)
async def remove_secret(name: str, actor: CurrentActor, safe: CurrentVault, unit: Unit) -> None:
    await safe.remove(unit, actor, name)
