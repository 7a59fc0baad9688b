"""The device flow's page: a person types the code a device shows, and decides."""

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from api.auth.people import Person
from api.auth.resources import resource_url
from api.html import page
from api.oauth import consent
from api.oauth.metadata import of
from api.oauth.server import Server
from api.oauth.service import OAuth
from api.proxies import caller
from tenants.agents import authorizations
from tenants.base.errors import NotFoundError
from tenants.models import OAuthClient, OAuthDeviceCode
from tenants.people import accounts
from tenants.rights.access import SCOPE_PERMISSIONS, Actor

router = APIRouter(include_in_schema=False)


@router.get("/oauth/device")
async def show(request: Request, user_code: str = "") -> Response:
    oauth = of(request)
    person = await oauth.person(request.cookies.get(oauth.cookie_name))
    if person is None:
        return RedirectResponse(f"/login?next=%2Foauth%2Fdevice%3Fuser_code%3D{_plain(user_code)}", 303)
    if not user_code:
        return page("device", problem=None, typed="")
    if _waits(oauth, request, person):
        return page("device", 429, problem="There were too many wrong codes. Wait some minutes.", typed="")
    found = await oauth.core(lambda server: _find(server, user_code))
    if found is None:
        _count(oauth, request, person)
        return page("device", 400, problem="There is no such code, or it is too old. Look again.", typed=user_code)
    return await _consent(oauth, person, *found)


def _waits(oauth: OAuth, request: Request, person: Person) -> bool:
    """Somebody who types codes that are none waits, and everybody with them who is in the same network."""
    names = (person.user.id, caller(request))
    return any(oauth.typed.blocked_s(name) is not None for name in names)


def _count(oauth: OAuth, request: Request, person: Person) -> None:
    for name in (person.user.id, caller(request)):
        oauth.typed.count(name)


def _plain(user_code: str) -> str:
    return "".join(c for c in user_code if c.isascii() and (c.isalnum() or c == "-"))[:20]


def _find(server: Server, user_code: str) -> tuple[OAuthDeviceCode, OAuthClient] | None:
    row = authorizations.find_user_code(server.session, user_code)
    client = server.session.scalar(select(OAuthClient).where(OAuthClient.id == row.client_ref)) if row else None
    return (row, client) if row and client else None


async def _consent(oauth: OAuth, person: Person, row: OAuthDeviceCode, client: OAuthClient) -> Response:
    async with oauth.database.system_reading() as session:
        belongs = [tenant for tenant, _ in await accounts.memberships(session, person.user.id, person.only)]
    back = f"/oauth/device?user_code={row.user_code}"
    wanted = [one for one in belongs if row.resource in (None, resource_url(oauth.issuer, one.slug))]
    if not wanted:
        return consent.not_a_member(person, row.resource or "any tenant", back)
    query = f"device={row.user_code}"
    return page(
        "consent",
        action="/oauth/device",
        query=query,
        csrf=consent.csrf_token(person, query),
        email=person.user.email,
        switch_url=consent.switch_url(back),
        tenant=wanted[0] if row.resource else None,
        choices=[] if row.resource else wanted,
        scopes=[{"name": name, "words": consent.WORDS[name], "possible": True} for name in row.scopes],
        redirect_uri=None,
        redirect_place=None,
        **consent.named(client),
        warning=f"Go on only if you started this yourself and the device shows the code {row.user_code}.",
    )


@router.post("/oauth/device")
async def decide(request: Request) -> Response:
    oauth, form = of(request), await request.form()
    query = str(form.get("query", ""))
    person = await oauth.person(request.cookies.get(oauth.cookie_name))
    if person is None or not consent.is_ours(request, oauth, person, query, str(form.get("csrf", ""))):
        return consent.refused_form()
    user_code = query.removeprefix("device=")
    found = await oauth.core(lambda server: _find(server, user_code))
    if found is None:
        _count(oauth, request, person)
        return page("device", 400, problem="This code is too old. Start again on the device.", typed="")
    approved = form.get("decision") == "approve"
    tenant = await oauth.tenant(found[0].resource) if found[0].resource else None
    slug = tenant.slug if tenant else str(form.get("tenant", ""))
    try:
        actor = await person.actor(oauth.database, slug)
    except NotFoundError:
        return consent.not_a_member(person, slug, f"/oauth/device?user_code={_plain(user_code)}")
    chosen = [str(scope) for scope in form.getlist("scope")] if approved else []
    done = await oauth.core(lambda server: _decide(server, user_code, actor, chosen))
    title = "Done: the device is connected" if done else "Denied: the device gets no access"
    return page("message", title=title, text="You can close this page.", code=None, link=None)


def _decide(server: Server, user_code: str, actor: Actor, chosen: list[str]) -> bool:
    found = _find(server, user_code)
    if found is None:
        return False
    row, client = found
    scopes = [s for s in row.scopes if s in chosen and SCOPE_PERMISSIONS[s] <= actor.permissions]
    if not scopes:
        row.decision = "denied"
        return False
    resource = resource_url(server.issuer, actor.tenant_slug)
    grant = authorizations.open_grant(server.session, client, actor.tenant_id, actor.id, resource, scopes)
    row.decision, row.grant_id = "approved", grant.id
    return True
