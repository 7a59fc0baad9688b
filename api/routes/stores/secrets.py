"""Secrets: put in, listed by name, removed. No answer ever holds a value."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr

from api.auth.deps import CurrentActor, CurrentVault, Reading, Unit
from api.problems import RESPONSES
from api.schemas.people import Strict
from api.schemas.tools import CallerOut, PageOut
from tenants.stores import vault

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["secrets"], responses=RESPONSES)


class SecretIn(Strict):
    value: SecretStr = Field(description="8 characters or more; it is never shown again.")
    hosts: list[str] = Field(min_length=1, max_length=50, examples=[["api.stripe.com"]])


class SecretOut(BaseModel):
    name: str
    hosts: list[str] = Field(description="Where it may be sent, and nowhere else.")
    version: int
    created_at: datetime
    updated_at: datetime
    updated_by: CallerOut


@router.put("/secrets/{name}")
async def put_secret(name: str, body: SecretIn, actor: CurrentActor, safe: CurrentVault, unit: Unit) -> SecretOut:
    """Store a secret, or replace it. Tools name it as `secret("NAME")`; its value is put in as a request leaves."""
    entry = await safe.put(unit, actor, name, body.value.get_secret_value(), body.hosts)
    return SecretOut.model_validate(vault.as_json(entry))


@router.get("/secrets")
async def list_secrets(actor: CurrentActor, safe: CurrentVault, session: Reading) -> PageOut[SecretOut]:
    found = await safe.list_all(session, actor)
    return PageOut(items=[SecretOut.model_validate(vault.as_json(entry)) for entry in found], next_cursor=None)


class RenewedOut(BaseModel):
    sealed_anew: int = Field(description="How many values the new key seals.")


@router.post("/secrets:renew-key")
async def renew_key(actor: CurrentActor, safe: CurrentVault, unit: Unit) -> RenewedOut:
    """Give the tenant a new key: every sealed value is sealed anew with it, and the old key is destroyed."""
    return RenewedOut(sealed_anew=await safe.renew(unit, actor))


@router.delete("/secrets/{name}", status_code=204)
async def remove_secret(name: str, actor: CurrentActor, safe: CurrentVault, unit: Unit) -> None:
    await safe.remove(unit, actor, name)
