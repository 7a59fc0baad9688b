"""The authorization endpoint: what a client asks, and the page on which a person decides."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.auth.people import Person
from api.auth.resources import resource_url
from api.html import page
from api.oauth.clients import redirects
from api.oauth.clients.documents import is_document_url
from api.oauth.clients.registration import MetadataError
from api.oauth.metadata import of
from api.oauth.server import (
    AccessDeniedError,
    Answer,
    InvalidScopeError,
    InvalidTargetError,
    OAuth2Error,
    Server,
)
from api.oauth.server import Request as OAuthRequest
from api.oauth.service import OAuth
from tenants.agents import authorizations, clients
from tenants.base.db import now
from tenants.base.errors import NotFoundError
from tenants.models import OAuthClient, Tenant
from tenants.people import accounts
from tenants.rights.access import SCOPE_PERMISSIONS, Actor

router = APIRouter(include_in_schema=False)

# What each scope means to a person.
WORDS = {
    "tools:call": "Find and call your approved tools",
    "tools:author": "Propose new tools and changes to tools; a person still has to approve each",
    "runs:read": "Read what runs of your tools did, including their arguments, results and logs",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid authorization request. `tenant` is None when the client named no resource."""

    query: str
    client: OAuthClient
    redirect_uri: str
    scopes: list[str]
    tenant: Tenant | None


def pairs(query: str) -> list[tuple[str, str]]:
    """The parameters of a query; one without a value was not sent (RFC 6749, 3.1)."""
    return parse_qsl(query)


@router.get("/oauth/authorize")
@router.get("/authorize")
async def ask(request: Request) -> Response:
    """Show the consent page, or say to the client or the person what is wrong."""
    oauth, query = of(request), request.url.query
    asked = await consider(oauth, query)
    person = await oauth.person(request.cookies.get(oauth.cookie_name))
    if isinstance(asked, Answer):
        return await refuse(oauth, asked, dict(pairs(query)).get("client_id", ""), person)
    if person is None:
        return RedirectResponse(switch_url(f"/oauth/authorize?{query}"), 303)
    return await consent_page(oauth, asked, person)


@router.post("/oauth/authorize")
async def decide(request: Request) -> Response:
    """Take the person's decision, and send them back to the client with a code or a refusal."""
    oauth, form = of(request), await request.form()
    query = str(form.get("query", ""))
    person = await oauth.person(request.cookies.get(oauth.cookie_name))
    if person is None or not is_ours(request, oauth, person, query, str(form.get("csrf", ""))):
        return refused_form()
    asked = await consider(oauth, query)
    if isinstance(asked, Answer):
        return respond(asked)
    if form.get("decision") != "approve":
        return respond(await oauth.core(lambda server: _deny(server, asked)))
    chosen = [str(scope) for scope in form.getlist("scope")]
    slug = asked.tenant.slug if asked.tenant else str(form.get("tenant", ""))
    try:
        actor = await person.actor(oauth.database, slug)
    except NotFoundError:
        return not_a_member(person, slug, f"/oauth/authorize?{query}")
    scopes = [scope for scope in asked.scopes if scope in chosen and SCOPE_PERMISSIONS[scope] <= actor.permissions]
    return respond(await oauth.core(lambda server: _approve(server, asked, actor, scopes)))


async def consider(oauth: OAuth, query: str) -> Asked | Answer:
    """Check an authorization request. An Answer with a location goes to the client, another to the person."""
    given = pairs(query)
    client_id = dict(given).get("client_id", "")
    fault = await refresh_document(oauth, client_id)
    if fault is not None:
        return Answer(400, {"error": fault.error, "error_description": fault.description})
    asked = await oauth.core(lambda server: _consider(server, query))
    resource = dict(given).get("resource")
    if isinstance(asked, Answer) or resource is None:
        return asked
    tenant = await oauth.tenant(resource)
    if tenant is None:
        error = InvalidTargetError("There is no such resource here.")
        return await oauth.core(lambda server: _fail(server, asked, error))
    return Asked(asked.query, asked.client, asked.redirect_uri, asked.scopes, tenant)


async def refresh_document(oauth: OAuth, client_id: str) -> MetadataError | None:
    """Bring a client that is a metadata document up to date, before the sync core looks it up."""
    if not is_document_url(client_id):
        return None
    known = await oauth.core(lambda server: clients.find(server.session, client_id))
    if known is not None and known.fresh_until is not None and known.fresh_until > now():
        return None
    try:
        document = await oauth.documents.fetch(client_id)
    except MetadataError as error:
        return error
    await oauth.core(
        lambda server: clients.keep_document(server.session, client_id, document.details, document.fresh_until)
    )
    return None


def _consider(server: Server, query: str) -> Asked | Answer:
    request = OAuthRequest("GET", pairs(query), {})
    try:
        grant = server.consider(request)
        server.resource(request)
        if not server.allowed(request):
            raise InvalidScopeError
    except OAuth2Error as error:
        if isinstance(error, InvalidTargetError | InvalidScopeError) and not error.redirect_uri:
            error.redirect_uri = getattr(request, "client", None) and _redirect_uri(request)
        error.state = request.payload.state
        return server.refuse(request, error)
    except ValueError:
        # Authlib puts what it was sent into its messages and chokes on characters that do not belong there.
        return Answer(400, {"error": "invalid_request", "error_description": "The request is malformed."})
    return Asked(query, request.client.row, grant.redirect_uri, server.allowed(request), None)


def _redirect_uri(request: OAuthRequest) -> str | None:
    asked = request.payload.redirect_uri or request.client.get_default_redirect_uri()
    return asked if asked and request.client.check_redirect_uri(asked) else None


def _fail(server: Server, asked: Asked, error: OAuth2Error) -> Answer:
    request = OAuthRequest("GET", pairs(asked.query), {})
    error.redirect_uri, error.state = asked.redirect_uri, request.payload.state
    return server.refuse(request, error)


def _deny(server: Server, asked: Asked) -> Answer:
    return _fail(server, asked, AccessDeniedError())


def _approve(server: Server, asked: Asked, actor: Actor, scopes: list[str]) -> Answer:
    if not scopes:
        return _fail(server, asked, AccessDeniedError("No scope was granted."))
    request = OAuthRequest("POST", pairs(asked.query), {})
    grant = server.consider(request)
    resource = resource_url(server.issuer, actor.tenant_slug)
    server.granted = authorizations.open_grant(
        server.session, asked.client, actor.tenant_id, actor.id, resource, scopes
    )
    return server.conclude(request, actor.id, grant)


async def consent_page(oauth: OAuth, asked: Asked, person: Person) -> Response:
    """The page that says who asks, for which tenant, for what, and where it leads."""
    back = f"/oauth/authorize?{asked.query}"
    async with oauth.database.system_reading() as session:
        belongs = await accounts.memberships(session, person.user.id, person.only)
    choices = [tenant for tenant, _ in belongs] if asked.tenant is None else []
    if asked.tenant is not None and asked.tenant.id not in {tenant.id for tenant, _ in belongs}:
        return not_a_member(person, asked.tenant.slug, back)
    if asked.tenant is None and not choices:
        return not_a_member(person, "any tenant", back)
    permissions = (await person.actor(oauth.database, asked.tenant.slug)).permissions if asked.tenant else None
    return page(
        "consent",
        action="/oauth/authorize",
        query=asked.query,
        csrf=csrf_token(person, asked.query),
        email=person.user.email,
        switch_url=switch_url(back),
        tenant=asked.tenant,
        choices=choices,
        scopes=[_scope(name, permissions) for name in asked.scopes],
        redirect_uri=asked.redirect_uri,
        redirect_place=redirects.place(asked.redirect_uri),
        **named(asked.client),
        warning=_warning(asked),
    )


def named(client: OAuthClient) -> dict[str, Any]:
    """Who asks: a name it gave itself, and its host when we fetched its description from there."""
    host = urlsplit(client.client_id).hostname if client.source == "document" else None
    return {"client_name": client.details["client_name"], "client_host": host}


def _scope(name: str, permissions: frozenset[Any] | None) -> dict[str, object]:
    possible = permissions is None or SCOPE_PERMISSIONS[name] <= permissions
    return {"name": name, "words": WORDS[name], "possible": possible}


def _warning(asked: Asked) -> str | None:
    uris: list[str] = asked.client.details["redirect_uris"]
    if asked.client.source == "document" and all(redirects.is_loopback(uri) for uri in uris):
        return "Any program on this computer could pretend to be this client. Go on only if you just started it."
    return None


def csrf_token(person: Person, query: str) -> str:
    """Binds a decision to this browser's session and to exactly what the page showed."""
    return hmac.new(person.token.encode(), b"consent\0" + query.encode(), hashlib.sha256).hexdigest()


def is_ours(request: Request, oauth: OAuth, person: Person, query: str, csrf: str) -> bool:
    """Whether a posted form came from our own page, shown to this person, for this very request."""
    origin = request.headers.get("origin")
    if origin is not None and origin not in (oauth.issuer, "null") and urlsplit(origin).netloc != request.url.netloc:
        return False
    return hmac.compare_digest(csrf.encode(), csrf_token(person, query).encode())


def switch_url(back: str) -> str:
    """Where somebody signs in as somebody else, and comes back to what was asked."""
    return f"/login?next={quote(back, safe='')}"


def refused_form() -> Response:
    text = "This form is not from the page we showed you, or your session has ended. Start again from the program."
    return page("message", 403, title="That did not come from our page", text=text, code="csrf", link=None)


def not_a_member(person: Person, slug: str, back: str) -> Response:
    text = f"You are signed in as {person.user.email}, who does not belong to {slug}. Ask an owner to add you."
    link = {"url": switch_url(back), "text": "Sign in as somebody else"}
    return page("message", 403, title="You are not a member there", text=text, code="access_denied", link=link)


async def refuse(oauth: OAuth, answer: Answer, client_id: str, person: Person | None) -> Response:
    """Say what is wrong with a request that nobody has decided on.

    Anybody can register a client, and a redirect address with it. The browser goes there by itself only if the person
    lets this client act for them already; anybody else reads where it would lead, and may click.
    """
    if answer.location is None:
        return respond(answer)
    if person is not None:
        user_id = person.user.id
        if await oauth.core(lambda server: authorizations.has_granted(server.session, client_id, user_id)):
            return respond(answer)
    said = dict(pairs(urlsplit(answer.location).query))
    return page(
        "message",
        400,
        title="This program's request cannot be used",
        text=said.get("error_description") or "The request is not valid.",
        code=said.get("error", "invalid_request"),
        link={"url": answer.location, "text": f"Go back to the program, at {redirects.place(answer.location)}"},
    )


def respond(answer: Answer) -> Response:
    """A redirect to the client, or a page for the person: never a redirect to where nobody registered."""
    if answer.location is not None:
        return RedirectResponse(answer.location, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    body = dict(answer.body)
    return page(
        "message",
        400,
        title="This program's request cannot be used",
        text=body.get("error_description") or "The request is not valid.",
        code=body.get("error", "invalid_request"),
        link=None,
    )
