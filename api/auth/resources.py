"""A tenant's MCP endpoint as a protected resource: its address, its metadata (RFC 9728), its challenges (RFC 6750)."""

import orjson
from starlette.responses import Response

from tenants.rights.access import AGENT_SCOPES

SCOPES = sorted(AGENT_SCOPES)


def resource_url(origin: str, slug: str) -> str:
    """The exact URL of a tenant's MCP endpoint: the audience of its tokens."""
    return f"{origin}/t/{slug}/mcp"


def metadata_url(resource: str) -> str:
    """Where RFC 9728 metadata about a resource is: its path comes after the well-known part."""
    origin = "/".join(resource.split("/")[:3])
    return f"{origin}/.well-known/oauth-protected-resource{resource.removeprefix(origin)}"


def protected_resource(resource: str, issuer: str, name: str) -> dict[str, object]:
    """The RFC 9728 document of one tenant's endpoint, under the very URL by which it was asked for (3.3)."""
    return {
        "resource": resource,
        "authorization_servers": [issuer],
        "scopes_supported": SCOPES,
        "bearer_methods_supported": ["header"],
        "resource_name": f"{name} on Sealwright",
        "resource_documentation": resource,
    }


def unauthorized(resource: str, reason: str | None) -> Response:
    """401 at a resource. `reason` is None when no token was sent: then there is no error to report (RFC 6750, 3.1)."""
    error = f'error="invalid_token", error_description="{_plain(reason)}", ' if reason else ""
    challenge = f'Bearer {error}resource_metadata="{metadata_url(resource)}", scope="{" ".join(SCOPES)}"'
    body = {
        "error": "invalid_token" if reason else "unauthorized",
        "error_description": reason or "Send an access token or an API key: Authorization: Bearer ...",
    }
    return Response(orjson.dumps(body), 401, {"WWW-Authenticate": challenge}, "application/json")


def insufficient(resource: str, scope: str, message: str) -> Response:
    """403 that names the scope to ask for; clients step up with it."""
    challenge = (
        f'Bearer error="insufficient_scope", error_description="{_plain(message)}", '
        f'scope="{scope}", resource_metadata="{metadata_url(resource)}"'
    )
    body = {"error": "insufficient_scope", "error_description": message, "scope": scope}
    return Response(orjson.dumps(body), 403, {"WWW-Authenticate": challenge}, "application/json")


def _plain(text: str) -> str:
    """Keep to the characters that RFC 6750 allows in an error_description."""
    return "".join(c if " " <= c <= "~" and c not in '"\\' else "'" for c in text)
