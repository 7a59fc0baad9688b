"""The documents that tell clients where everything is: RFC 8414, RFC 9728, JWKS."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import JSONResponse

from api.auth import resources
from api.oauth.clients.registration import AUTH_METHODS, DEVICE_GRANT
from api.oauth.service import OAuth
from tenants.base.errors import NotFoundError
from tenants.models import Tenant
from tenants.rights.access import AGENT_SCOPES

router = APIRouter(include_in_schema=False)
_OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}


def of(request: Request) -> OAuth:
    """The authorization server of this application."""
    return request.app.state.oauth


def authorization_server(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "registration_endpoint": f"{issuer}/oauth/register",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "device_authorization_endpoint": f"{issuer}/oauth/device_authorization",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "scopes_supported": sorted(AGENT_SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials", DEVICE_GRANT],
        "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "revocation_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "introspection_endpoint_auth_methods_supported": [m for m in AUTH_METHODS if m != "none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
        "service_documentation": f"{issuer}/api/v1/docs",
    }


@router.get("/.well-known/oauth-authorization-server")
async def describe_server(request: Request) -> JSONResponse:
    return JSONResponse(authorization_server(of(request).issuer), headers=_OPEN)


@router.get("/.well-known/oauth-protected-resource/t/{slug}/mcp")
@router.get("/.well-known/oauth-protected-resource/t/{slug}/mcp/")
async def describe_resource(slug: str, request: Request) -> JSONResponse:
    """By the name that was asked, if it is one of ours: a client compares it with where it called."""
    oauth = of(request)
    async with oauth.database.system_reading() as session:
        name = await session.scalar(select(Tenant.name).where(Tenant.slug == slug))
    if name is None:
        raise NotFoundError("There is no such tenant here.")
    asked = oauth.names.asked(request.headers.get("host", "")) or oauth.issuer
    url = resources.resource_url(asked, slug) + ("/" if request.url.path.endswith("/") else "")
    return JSONResponse(resources.protected_resource(url, oauth.issuer, name), headers=_OPEN)


@router.get("/oauth/jwks")
async def keys(request: Request) -> JSONResponse:
    return JSONResponse(await of(request).signer.published(), headers=_OPEN)
