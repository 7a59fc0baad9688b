"""Dynamic registration (RFC 7591), and reading, changing and ending a registration (RFC 7592)."""

import secrets
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from api.auth import bearers
from api.oauth.clients import registration
from api.oauth.clients.registration import MetadataError
from api.oauth.metadata import of
from api.oauth.server import Server
from api.oauth.tokens import OPEN
from api.proxies import caller
from sandbox import jsontext
from tenants.agents import authorizations, clients
from tenants.agents.authorizations import hash_of
from tenants.models import OAuthClient

router = APIRouter(include_in_schema=False)
_BYTES_MAX = 16 << 10


def _refusal(error: str, description: str, status: int = 400, **headers: str) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": description}, status, OPEN | headers)


@router.post("/oauth/register")
@router.post("/register")
async def register(request: Request) -> Response:
    """Add a client. It can do nothing until a person consents to what it asks."""
    oauth = of(request)
    wait = oauth.registrations.wait_s(caller(request))
    if wait is not None:
        headers = {"Retry-After": str(wait)}
        return _refusal("temporarily_unavailable", "Too many registrations from here.", 429, **headers)
    try:
        details = registration.details(await _json(request))
    except MetadataError as error:
        return _refusal(error.error, error.description)

    def add(server: Server) -> tuple[OAuthClient, str | None, str]:
        clients.forget_unused(server.session)
        return clients.register(server.session, details)

    client, secret, token = await oauth.core(add)
    body = _information(oauth.issuer, client) | {"registration_access_token": token}
    if secret is not None:
        body |= {"client_secret": secret, "client_secret_expires_at": 0}
    return JSONResponse(body, 201, OPEN)


async def _json(request: Request) -> object:
    body = await request.body()
    if len(body) > _BYTES_MAX:
        raise MetadataError("invalid_client_metadata", f"At most {_BYTES_MAX} bytes are taken.")
    try:
        return jsontext.read_stored(body)
    except jsontext.BadJson as error:
        raise MetadataError("invalid_client_metadata", "The body is not JSON.") from error


def _information(issuer: str, client: OAuthClient) -> dict[str, Any]:
    return registration.public(client.client_id, client.details) | {
        "client_id_issued_at": int(client.created_at.timestamp()),
        "registration_client_uri": f"{issuer}/oauth/register/{client.client_id}",
    }


def _managed(server: Server, request: Request, client_id: str) -> OAuthClient | None:
    """The registration that this request's management token is for."""
    token = bearers.token_in(request.headers.get("authorization"))
    client = clients.find(server.session, client_id)
    if client is None or client.registration_hash is None or token is None:
        return None
    return client if secrets.compare_digest(client.registration_hash, hash_of(token)) else None


def _unauthorized() -> JSONResponse:
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return _refusal("invalid_token", "Send this registration's access token.", 401, **headers)


@router.get("/oauth/register/{client_id}")
async def read_client(client_id: str, request: Request) -> Response:
    oauth = of(request)
    client = await oauth.core(lambda server: _managed(server, request, client_id))
    return JSONResponse(_information(oauth.issuer, client), headers=OPEN) if client else _unauthorized()


@router.put("/oauth/register/{client_id}")
async def replace(client_id: str, request: Request) -> Response:
    oauth = of(request)
    client = await oauth.core(lambda server: _managed(server, request, client_id))
    if client is None:
        return _unauthorized()
    try:
        details = registration.details(await _json(request))
    except MetadataError as error:
        return _refusal(error.error, error.description)
    if registration.is_public(details) != (client.secret_hash is None):
        return _refusal("invalid_client_metadata", "Whether a client has a secret stays; register anew.")

    def change(server: Server) -> OAuthClient:
        row = server.session.get_one(OAuthClient, client.id)
        row.details = details
        return row

    return JSONResponse(_information(oauth.issuer, await oauth.core(change)), headers=OPEN)


@router.delete("/oauth/register/{client_id}")
async def remove(client_id: str, request: Request) -> Response:
    """End a registration and, with it, every grant it has."""

    def end(server: Server) -> bool:
        client = _managed(server, request, client_id)
        if client is not None:
            authorizations.revoke_client(server.session, client)
        return client is not None

    return Response(status_code=204, headers=OPEN) if await of(request).core(end) else _unauthorized()
