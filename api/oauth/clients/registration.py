"""Client metadata (RFC 7591), whether it was posted to us or fetched from a client's own document."""

from dataclasses import dataclass
from typing import Any, cast

from api.oauth.clients import redirects
from tenants.rights.access import AGENT_SCOPES

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
GRANTS = ("authorization_code", "refresh_token", DEVICE_GRANT)
AUTH_METHODS = ("none", "client_secret_post", "client_secret_basic")
_REDIRECTS_MAX = 20
_NAME_MAX = 100


@dataclass
class MetadataError(Exception):
    """`error` is the code of RFC 7591, 3.2.2."""

    error: str
    description: str


def details(given: object) -> dict[str, Any]:
    """Return the metadata we keep, with every default filled in. Raises MetadataError."""
    if not isinstance(given, dict):
        raise MetadataError("invalid_client_metadata", "Send a JSON object.")
    fields = cast("dict[str, Any]", given)
    grants = _subset(fields, "grant_types", GRANTS, ["authorization_code", "refresh_token"])
    _subset(fields, "response_types", ("code",), ["code"])
    method = fields.get("token_endpoint_auth_method", "client_secret_basic")
    if method not in AUTH_METHODS:
        raise MetadataError(
            "invalid_client_metadata", f"token_endpoint_auth_method is one of {', '.join(AUTH_METHODS)}."
        )
    return {
        "client_name": _name(fields),
        "client_uri": _link(fields.get("client_uri")),
        "redirect_uris": _redirect_uris(fields, needed="authorization_code" in grants),
        "grant_types": grants,
        "response_types": ["code"] if "authorization_code" in grants else [],
        "token_endpoint_auth_method": method,
        "scope": _scope(fields.get("scope")),
    }


def _subset(fields: dict[str, Any], name: str, known: tuple[str, ...], default: list[str]) -> list[str]:
    given = fields.get(name, default)
    if not isinstance(given, list) or not all(one in known for one in cast("list[Any]", given)):
        raise MetadataError("invalid_client_metadata", f"{name} is a list of {', '.join(known)}.")
    return cast("list[str]", given) or default


def _redirect_uris(fields: dict[str, Any], *, needed: bool) -> list[str]:
    given = fields.get("redirect_uris", [])
    if not isinstance(given, list) or len(cast("list[Any]", given)) > _REDIRECTS_MAX:
        raise MetadataError("invalid_redirect_uri", f"redirect_uris is a list of at most {_REDIRECTS_MAX} URIs.")
    uris = cast("list[Any]", given)
    if needed and not uris:
        raise MetadataError("invalid_redirect_uri", "redirect_uris is missing.")
    for index, uri in enumerate(uris):
        fault = redirects.fault_of(uri)
        if fault:
            raise MetadataError("invalid_redirect_uri", f"redirect_uris[{index}] cannot be used: {fault}.")
    return cast("list[str]", uris)


def _name(fields: dict[str, Any]) -> str:
    given = fields.get("client_name")
    text = "".join(c for c in given if c.isprintable()).strip() if isinstance(given, str) else ""
    return text[:_NAME_MAX] or "An unnamed program"


def _link(given: object) -> str | None:
    parts = redirects.split(given) if isinstance(given, str) else None
    return str(given) if parts is not None and parts.scheme == "https" and parts.hostname else None


def _scope(given: object) -> str:
    """What we know of what was asked; everything an agent can hold when nothing was."""
    asked = set(given.split()) if isinstance(given, str) and given.strip() else AGENT_SCOPES
    return " ".join(sorted(asked & AGENT_SCOPES) or sorted(AGENT_SCOPES))


def is_public(kept: dict[str, Any]) -> bool:
    """Whether the client has no secret."""
    return kept["token_endpoint_auth_method"] == "none"  # noqa: S105 - a method, no secret


def public(client_id: str, kept: dict[str, Any]) -> dict[str, Any]:
    """The client information response (RFC 7591, 3.2.1), without secrets."""
    return {"client_id": client_id} | {key: value for key, value in kept.items() if value is not None}
