"""Client metadata documents: the client's id is the URL of a document that describes it. Fetched with care."""

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import httpx2

from api.oauth.clients import redirects, registration
from api.oauth.clients.egress import Egress
from api.oauth.clients.registration import MetadataError
from sandbox import jsontext
from tenants.base.db import now
from tenants.capabilities.addresses import RefusedAddress, Resolver

_BYTES_MAX = 5 << 10
_TIMEOUT_S = 3.0
# At once, of all who ask.
FETCHES_MAX = 16
_URL_MAX = 512
_FRESH_MIN, _FRESH_MAX = timedelta(minutes=5), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Document:
    """Checked metadata, and until when it may be believed."""

    details: dict[str, Any]
    fresh_until: datetime


def is_document_url(client_id: str) -> bool:
    return client_id.startswith("https://")


def url_fault(client_id: str) -> str | None:
    """Why a URL cannot be a client id; None when it can."""
    parts = redirects.split(client_id)
    if parts is None or len(client_id) > _URL_MAX or parts.scheme != "https" or not parts.hostname:
        return "it is not an https URL"
    if parts.username is not None or parts.password is not None or "#" in client_id:
        return "it holds a user name, a password or a fragment"
    if parts.path in ("", "/"):
        return "it has no path"
    if any(segment in (".", "..", "%2e", "%2e%2e") for segment in parts.path.lower().split("/")):
        return "its path has dot segments"
    return None


class Documents:
    """Fetches metadata documents: https only, no redirect followed, no proxy, no private address, small, soon."""

    def __init__(
        self,
        internal_hosts: tuple[str, ...] = (),
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.egress = Egress(internal_hosts, resolver, tls)
        self._fetching = 0

    async def fetch(self, client_id: str) -> Document:
        """Return the document at `client_id`. Raises MetadataError, which never says what an address answered."""
        fault = url_fault(client_id)
        if fault:
            raise MetadataError("invalid_client", f"The client_id cannot be a metadata document: {fault}.")
        # Anybody may name any address, and waits with us for what it answers.
        if self._fetching >= FETCHES_MAX:
            raise MetadataError("temporarily_unavailable", "Too many documents are being fetched. Try again soon.")
        self._fetching += 1
        try:
            body, headers = await self._get(client_id)
            return Document(self._checked(client_id, body), now() + _freshness(headers.get("cache-control", "")))
        except (OSError, httpx2.HTTPError, RefusedAddress, ValueError) as error:
            raise MetadataError("invalid_client", "The client's metadata document could not be fetched.") from error
        finally:
            self._fetching -= 1

    async def _get(self, url: str) -> tuple[bytes, httpx2.Headers]:
        answer = await self.egress.get(url, _BYTES_MAX, _TIMEOUT_S)
        if answer.status_code != 200:
            raise ValueError("not 200")
        return answer.content, answer.headers

    def _checked(self, client_id: str, body: bytes) -> dict[str, Any]:
        value: Any = jsontext.read_stored(body)
        given = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        if given.get("client_id") != client_id:
            raise MetadataError("invalid_client", "The metadata document is not about this client_id.")
        if given.get("token_endpoint_auth_method") not in (None, "none"):
            raise MetadataError("invalid_client", "A client with a metadata document is a public client here.")
        return registration.details({**given, "token_endpoint_auth_method": "none", **_known_grants(given)})


def _known_grants(given: dict[str, Any]) -> dict[str, Any]:
    # A document is written for every server: grants that we do not know are simply not for us.
    named = given.get("grant_types")
    listed = cast("list[Any]", named) if isinstance(named, list) else []
    grants = [grant for grant in listed if grant in registration.GRANTS]
    return {"grant_types": grants or ["authorization_code", "refresh_token"], "response_types": ["code"]}


def _freshness(cache_control: str) -> timedelta:
    for directive in cache_control.lower().split(","):
        name, _, value = directive.strip().partition("=")
        if name == "max-age" and value.isdigit():
            return min(max(timedelta(seconds=min(int(value), 10**9)), _FRESH_MIN), _FRESH_MAX)
    return _FRESH_MIN
