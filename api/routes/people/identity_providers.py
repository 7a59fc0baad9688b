"""A tenant's identity providers, and the ways in that its sign-in page shows."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, SecretStr, StringConstraints

from api.auth.deps import CurrentActor, CurrentDatabase, Reading, Unit
from api.oauth.metadata import of
from api.oauth.openid import ProviderError
from api.oauth.service import OAuth
from api.problems import RESPONSES
from api.schemas.people import Strict, Visible
from api.schemas.tools import CallerOut, PageOut
from tenants.base.errors import InvalidError
from tenants.models import IdentityProvider
from tenants.sign_in import identity_providers
from tenants.sign_in.identity_providers import Wanted

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["sign-in"], responses=RESPONSES)
CurrentOAuth = Annotated[OAuth, Depends(of)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), Visible]


class IdentityProviderIn(Strict):
    title: Text = Field(description="What its button says.", examples=["Acme staff"])
    issuer: Text = Field(description="Exactly as the provider spells it.", examples=["https://login.acme.com"])
    client_id: Text
    client_secret: SecretStr | None = Field(
        None, description="Left out: as it is. Empty: a client without one. It is never shown again."
    )
    email_domains: list[Text] = Field(
        max_length=50, description="The domains for whose addresses it vouches.", examples=[["acme.com"]]
    )
    newcomer_role: Literal["approver", "author", "viewer"] | None = Field(
        None, description="What somebody becomes whom nobody has added; null lets members in only."
    )
    second_factor_claims: list[Text] = Field(
        default_factory=list[Text],
        max_length=20,
        description="Values of amr or acr in its ID tokens that count as a second factor; by none, ours is asked for.",
        examples=[["mfa"]],
    )


class IdentityProviderOut(BaseModel):
    name: str
    title: str
    issuer: str
    client_id: str
    email_domains: list[str]
    newcomer_role: Literal["approver", "author", "viewer"] | None
    second_factor_claims: list[str]
    redirect_uri: str = Field(description="What to register at the provider.")
    sign_in_url: str = Field(description="A link that signs people in by it.")
    created_at: datetime
    updated_at: datetime
    updated_by: CallerOut


class WayInOut(BaseModel):
    """One button of the sign-in page."""

    title: str
    url: str


class WaysInOut(BaseModel):
    providers: list[WayInOut]


@router.get("/identity-providers")
async def list_identity_providers(
    actor: CurrentActor, session: Reading, oauth: CurrentOAuth
) -> PageOut[IdentityProviderOut]:
    found = await identity_providers.list_all(session, actor)
    return PageOut(items=[_shown(entry, oauth, actor.tenant_slug) for entry in found], next_cursor=None)


@router.put("/identity-providers/{name}")
async def put_identity_provider(
    name: str, body: IdentityProviderIn, actor: CurrentActor, database: CurrentDatabase, oauth: CurrentOAuth
) -> IdentityProviderOut:
    """Let people sign in by an OpenID Connect provider, or change how. It is asked who it is before it is kept."""
    secret = body.client_secret.get_secret_value() if body.client_secret is not None else None
    wanted = Wanted(
        title=body.title,
        issuer=body.issuer,
        client_id=body.client_id,
        client_secret=secret,
        email_domains=body.email_domains,
        newcomer_role=body.newcomer_role,
        second_factor_claims=sorted({claim for claim in body.second_factor_claims if claim}),
    )
    identity_providers.demand(actor)
    identity_providers.check(name, wanted)
    try:
        await oauth.openid.discover(wanted.issuer, afresh=True)
    except ProviderError as error:
        problem = {"path": "/issuer", "message": error.message, "hint": "Copy the issuer as the provider spells it."}
        raise InvalidError("The identity provider cannot be used.", problems=[problem]) from error
    async with database.unit(actor.tenant_id) as session:
        entry = await identity_providers.put(session, oauth.vault, actor, name, wanted)
    return _shown(entry, oauth, actor.tenant_slug)


@router.delete("/identity-providers/{name}", status_code=204)
async def remove_identity_provider(name: str, actor: CurrentActor, unit: Unit) -> None:
    """Stop trusting a provider: whom it signed in is signed out at once."""
    await identity_providers.remove(unit, actor, name)


@router.get("/sign-in")
async def list_ways_in(tenant: str, oauth: CurrentOAuth) -> WaysInOut:
    """What the tenant's sign-in page offers besides a password. For anybody; a tenant that is not there has none."""
    found = await oauth.tenant_called(tenant)
    if found is None:
        return WaysInOut(providers=[])
    async with oauth.database.reading(found.id) as session:
        entries = await identity_providers.open_to_all(session)
    return WaysInOut(providers=[WayInOut(title=one.title, url=_link(tenant, one.name)) for one in entries])


def _link(slug: str, name: str) -> str:
    return f"/t/{slug}/sign-in/{name}"


def _shown(entry: IdentityProvider, oauth: OAuth, slug: str) -> IdentityProviderOut:
    return IdentityProviderOut.model_validate(
        {
            "name": entry.name,
            "title": entry.title,
            "issuer": entry.issuer,
            "client_id": entry.client_id,
            "email_domains": entry.email_domains,
            "newcomer_role": entry.newcomer_role,
            "second_factor_claims": entry.second_factor_claims,
            "redirect_uri": oauth.callback(slug, entry.name),
            "sign_in_url": f"{oauth.issuer}{_link(slug, entry.name)}",
            "created_at": entry.created_at,
            "updated_at": entry.updated_at,
            "updated_by": entry.updated_by,
        }
    )
