"""A tenant's identity providers, and the ways in that its sign-in page shows."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.auth.deps import CurrentActor, CurrentDatabase, Reading, Unit
from api.oauth.metadata import of
from api.oauth.openid import ProviderError
from api.oauth.service import OAuth
from api.problems import RESPONSES
from api.schemas.identity_providers import IdentityProviderIn, IdentityProviderOut, WayInOut, WaysInOut
from api.schemas.pages import PageOut
from tenants.base.errors import InvalidError
from tenants.models import IdentityProvider
from tenants.sign_in import identity_providers
from tenants.sign_in.identity_providers import Wanted

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["sign-in"], responses=RESPONSES)
CurrentOAuth = Annotated[OAuth, Depends(of)]


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
