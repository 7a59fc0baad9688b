"""The endpoints that programs call: token, registration, revocation, introspection, device authorization."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from api.oauth import grants
from api.oauth.clients.registration import DEVICE_GRANT
from api.oauth.metadata import of
from api.oauth.server import Answer, InvalidRequestError, InvalidScopeError, OAuth2Error, Server, parts_of
from api.oauth.server import Request as OAuthRequest
from api.oauth.service import OAuth
from api.proxies import caller
from tenants.agents import authorizations
from tenants.base.errors import NotAuthenticatedError

router = APIRouter(include_in_schema=False)
# Clients in browsers call these too. They authenticate with what is in the request, never with a cookie.
OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", "Pragma": "no-cache"}
# What a request is answered that named a client, a code or a token that is none.
_GUESSED = frozenset({"invalid_client", "invalid_grant"})
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept, MCP-Protocol-Version",
    "Access-Control-Max-Age": "86400",
}


@router.options("/oauth/{rest:path}")
@router.options("/.well-known/{rest:path}")
@router.options("/token")
@router.options("/register")
async def preflight(rest: str = "") -> Response:
    del rest
    return Response(status_code=204, headers=_CORS)


async def oauth_request(request: Request) -> OAuthRequest:
    """Read the form before the sync core sees it. Anything but a form gives no parameters."""
    form = await request.form()
    given = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return OAuthRequest(request.method, given, {key.title(): value for key, value in request.headers.items()})


async def answered(oauth: OAuth, work: Callable[[Server], Answer]) -> Response:
    """Run one endpoint's work; every refusal is an OAuth error."""

    def guarded(server: Server) -> Answer:
        try:
            return work(server)
        except OAuth2Error as error:
            return parts_of(error)
        except ValueError:
            return Answer(400, {"error": "invalid_request", "error_description": "The request is malformed."})

    answer = await oauth.core(guarded)
    if answer.body is None:
        return Response(status_code=answer.status, headers=OPEN)
    headers = {key: value for key, value in answer.headers.items() if key.lower() != "content-type"}
    return JSONResponse(answer.body, answer.status, headers | OPEN)


@router.post("/oauth/token")
@router.post("/token")
async def token(request: Request) -> Response:
    oauth, network = of(request), caller(request)
    if (wait := oauth.guesses.blocked_s(network)) is not None:
        body = {"error": "temporarily_unavailable", "error_description": "Too many wrong requests came from here."}
        return JSONResponse(body, 429, OPEN | {"Retry-After": str(wait)})
    asked = await oauth_request(request)

    def work(server: Server) -> Answer:
        try:
            answer = _token(server, asked)
        except OAuth2Error as error:
            answer = parts_of(error)
        said: dict[str, Any] = answer.body or {}
        if said.get("error") in _GUESSED:
            oauth.guesses.count(network)
        return answer

    return await answered(oauth, work)


def _token(server: Server, asked: OAuthRequest) -> Answer:
    for name, values in asked.payload.datalist.items():
        if len(values) > 1 and name != "resource":
            raise InvalidRequestError("A parameter is given more than once.")
    return server.token(asked)


@router.post("/oauth/revoke")
async def revoke(request: Request) -> Response:
    """RFC 7009. An access or a refresh token ends its whole grant; a token nobody knows is fine too."""
    oauth, asked = of(request), await oauth_request(request)
    claims = await oauth.signer.claims(asked.form.get("token", ""))
    return await answered(oauth, lambda server: _revoke(server, asked, claims))


def _revoke(server: Server, asked: OAuthRequest, claims: dict[str, Any] | None) -> Answer:
    client = server.client(asked, grants.METHODS)
    given = asked.form.get("token")
    if not given:
        raise InvalidRequestError("token is missing.")
    if claims is not None and claims.get("client_id") == client.get_client_id():
        authorizations.revoke_grant(server.session, str(claims.get("gid")), "by_client")
    found = authorizations.find_refresh_token(server.session, given, client.row)
    if found is not None:
        authorizations.revoke_grant(server.session, found[1].id, "by_client")
    return Answer(200, None)


@router.post("/oauth/introspect")
async def introspect(request: Request) -> Response:
    """RFC 7662, for clients with a secret, about their own tokens."""
    oauth, asked = of(request), await oauth_request(request)
    claims = await _active_claims(oauth, asked.form.get("token", ""))
    return await answered(oauth, lambda server: _introspect(server, asked, claims))


async def _active_claims(oauth: OAuth, given: str) -> dict[str, Any] | None:
    claims = await oauth.signer.claims(given)
    audience = str((claims or {}).get("aud", ""))
    tenant = await oauth.tenant(audience)
    if tenant is None:
        return None
    try:
        await oauth.verify(given, tenant.slug)
    except NotAuthenticatedError:
        return None
    return claims


def _introspect(server: Server, asked: OAuthRequest, claims: dict[str, Any] | None) -> Answer:
    client = server.client(asked, ["client_secret_basic", "client_secret_post"])
    given = asked.form.get("token")
    if not given:
        raise InvalidRequestError("token is missing.")
    if claims is not None and claims.get("client_id") == client.get_client_id():
        shown = ("iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti")
        return Answer(200, {"active": True, "token_type": "Bearer"} | {name: claims[name] for name in shown})
    found = authorizations.find_refresh_token(server.session, given, client.row)
    if found is None or found[0].used_at is not None:
        return Answer(200, {"active": False})
    row, grant = found
    about = {"client_id": client.get_client_id(), "sub": grant.user_id, "scope": " ".join(grant.scopes)}
    return Answer(200, {"active": True, "exp": int(row.expires_at.timestamp()), **about})


@router.post("/oauth/device_authorization")
async def device_authorization(request: Request) -> Response:
    """RFC 8628, 3.1."""
    oauth, asked = of(request), await oauth_request(request)
    if (wait := oauth.devices.wait_s(caller(request))) is not None:
        said = {"error": "temporarily_unavailable", "error_description": "Too many codes were asked for from here."}
        return JSONResponse(said, 429, OPEN | {"Retry-After": str(wait)})
    resource = asked.form.get("resource")
    known = resource is None or await oauth.tenant(resource) is not None
    return await answered(oauth, lambda server: _device(server, asked, known=known))


def _device(server: Server, asked: OAuthRequest, *, known: bool) -> Answer:
    client = server.client(asked, grants.METHODS)
    if not client.check_grant_type(DEVICE_GRANT):
        return Answer(400, {"error": "unauthorized_client"})
    resource = server.resource(asked)
    if not known:
        return Answer(400, {"error": "invalid_target", "error_description": "There is no such resource here."})
    server.validate_requested_scope(asked.payload.scope)
    scopes = client.get_allowed_scope(asked.payload.scope).split()
    if not scopes:
        raise InvalidScopeError
    code, row = authorizations.open_device_code(server.session, client.row, scopes, resource)
    page = f"{server.issuer}/oauth/device"
    return Answer(
        200,
        {
            "device_code": code,
            "user_code": row.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={row.user_code}",
            "expires_in": int(authorizations.DEVICE_LIFETIME.total_seconds()),
            "interval": row.interval_s,
        },
    )
