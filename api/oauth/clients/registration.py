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
    """Return the metadata we keep: what is known and sound, with every default filled in. Raises MetadataError."""
    if not isinstance(given, dict):
        raise MetadataError("invalid_client_metadata", "Send a JSON object.")
    # What is null was not said.
    fields = {name: value for name, value in cast("dict[str, Any]", given).items() if value is not None}
    grants = _known(fields, "grant_types", GRANTS, ["authorization_code", "refresh_token"])
    uris, fault = _redirect_uris(fields)
    if "authorization_code" in grants and not uris:
        # A device needs none. Whoever gave some meant to use them.
        if fault or DEVICE_GRANT not in grants:
            raise MetadataError("invalid_redirect_uri", fault or "redirect_uris is missing.")
        grants.remove("authorization_code")
    if "authorization_code" in grants:
        _known(fields, "response_types", ("code",), ["code"])
    method = fields.get("token_endpoint_auth_method", "client_secret_basic")
    if method not in AUTH_METHODS:
        raise MetadataError(
            "invalid_client_metadata", f"token_endpoint_auth_method is one of {', '.join(AUTH_METHODS)}."
        )
    return {
        "client_name": _name(fields),
        "client_uri": _link(fields.get("client_uri")),
        "redirect_uris": uris,
        "grant_types": grants,
        "response_types": ["code"] if "authorization_code" in grants else [],
        "token_endpoint_auth_method": method,
        "scope": _scope(fields.get("scope")),
    }


def _known(fields: dict[str, Any], name: str, known: tuple[str, ...], default: list[str]) -> list[str]:
    """What we know of a list; the rest is not for us (RFC 7591, 2). Refused only when nothing of it is left."""
    given = fields.get(name, default)
    if not isinstance(given, list):
        raise MetadataError("invalid_client_metadata", f"{name} is a list of {', '.join(known)}.")
    kept = [one for one in known if one in cast("list[Any]", given)]
    if given and not kept:
        raise MetadataError("invalid_client_metadata", f"{name} names nothing that is known here: {', '.join(known)}.")
    return kept or list(default)


def _redirect_uris(fields: dict[str, Any]) -> tuple[list[str], str | None]:
    """Those that can be used, each once; and why the first of the others cannot."""
    given = fields.get("redirect_uris", [])
    if not isinstance(given, list) or len(cast("list[Any]", given)) > _REDIRECTS_MAX:
        raise MetadataError("invalid_redirect_uri", f"redirect_uris is a list of at most {_REDIRECTS_MAX} URIs.")
    faults = [(uri, redirects.fault_of(uri)) for uri in cast("list[Any]", given)]
    bad = [f"redirect_uris[{index}] cannot be used: {fault}." for index, (_, fault) in enumerate(faults) if fault]
    return list(dict.fromkeys(uri for uri, fault in faults if fault is None)), bad[0] if bad else None


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
