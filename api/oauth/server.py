# pyright: basic, reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportIncompatibleMethodOverride=false, reportIncompatibleVariableOverride=false
# Authlib is untyped; this module and grants.py are the only doors to it.
"""Authlib's authorization server on our tables: one object for each request, on that request's session."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlencode

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.errors import AccessDeniedError, InvalidRequestError, InvalidScopeError, OAuth2Error
from joserfc.jwk import ECKey
from sqlalchemy.orm import Session

from api.names import Names
from api.oauth.clients import redirects
from api.oauth.signing import Signer
from tenants.agents import clients
from tenants.agents.authorizations import ACCESS_LIFETIME, hash_of
from tenants.base.db import now
from tenants.models import OAuthClient, OAuthGrant
from tenants.rights.access import AGENT_SCOPES, SCOPE_PERMISSIONS, Permission

# Asked for out of habit; it grants nothing here, because refresh tokens come with every grant.
_IGNORED_SCOPES = frozenset({"offline_access"})
# What only people and their keys hold. It is known, so whoever asks for it is told that no agent gets it.
_HELD_BY_PEOPLE = frozenset(SCOPE_PERMISSIONS) | {permission.value for permission in Permission}


__all__ = [
    "AccessDeniedError",
    "Answer",
    "Client",
    "InvalidRequestError",
    "InvalidScopeError",
    "InvalidTargetError",
    "OAuth2Error",
    "Request",
    "Server",
    "parts_of",
]


class InvalidTargetError(OAuth2Error):
    """RFC 8707, 2: the resource is missing, unknown or not the one that was granted."""

    error = "invalid_target"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sync core says; the routes make a response of it."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str | None:
        return self.headers.get("Location")


def parts_of(error: OAuth2Error) -> Answer:
    """An error of an endpoint that programs call."""
    status, body, headers = error()
    return Answer(status, dict(body), dict(headers))


def _narrowed(scope: str) -> str:
    """What we know of the scopes that are asked for (RFC 6749, 3.3); all as it is where that is nothing."""
    named = scope.split()
    kept = [one for one in named if one in AGENT_SCOPES or one in _HELD_BY_PEOPLE]
    return " ".join(kept) if kept or _IGNORED_SCOPES.issuperset(named) else scope


class _Payload(OAuth2Payload):
    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._lists: dict[str, list[str]] = {}
        for name, value in pairs:
            self._lists.setdefault(name, []).append(value)
        self._data = {name: values[0] for name, values in self._lists.items()}

    @property
    def data(self) -> dict[str, str]:
        return self._data

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._lists


class Request(OAuth2Request):
    """A request whose body was read before the sync core sees it. `pairs` is the query or the form.

    A parameter without a value was not sent (RFC 6749, 3.1).
    """

    payload: _Payload
    client: Any

    def __init__(self, method: str, pairs: list[tuple[str, str]], headers: dict[str, str]) -> None:
        # Authlib refuses plain http by the URI. What people use is the public URL, which the operator vouches for.
        super().__init__(method, "https://this.invalid", headers=headers)
        read = [(name, _narrowed(value) if name == "scope" else value) for name, value in pairs if value]
        self.payload = _Payload([(name, value) for name, value in read if value])

    @property
    def args(self) -> dict[str, str]:
        return self.payload.data

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data


class Client:
    """A client's row, asked the way Authlib asks."""

    def __init__(self, row: OAuthClient) -> None:
        self.row = row

    def get_client_id(self) -> str:
        return self.row.client_id

    def get_default_redirect_uri(self) -> str | None:
        uris = self.row.details["redirect_uris"]
        return uris[0] if len(uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str:
        """What is granted when a scope is asked for; without one, calling and reading only."""
        asked = {"tools:call", "runs:read"} if not scope else set(scope.split()) - _IGNORED_SCOPES
        return " ".join(sorted(asked & set(self.row.details["scope"].split())))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirects.allowed(self.row.details["redirect_uris"], redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        return self.row.secret_hash is not None and secrets.compare_digest(self.row.secret_hash, hash_of(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Either way of sending the secret will do; a client with a secret cannot go without."""
        del endpoint
        return (method == "none") == (self.row.secret_hash is None)

    def check_response_type(self, response_type: str) -> bool:
        return response_type in self.row.details["response_types"]

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.row.details["grant_types"]


class Server(AuthorizationServer):
    """The sync core of one request. `granted` is the authorization that a new token belongs to."""

    def __init__(self, session: Session, names: Names, signer: Signer, key: ECKey, grace: timedelta) -> None:
        super().__init__(scopes_supported=sorted(AGENT_SCOPES))
        self.session = session
        self.issuer = names.origin
        self._names = names
        self.grace = grace
        self.granted: OAuthGrant | None = None
        self.next_refresh_token: str | None = None
        self._signer = signer
        self._key = key

    def query_client(self, client_id: str) -> Client | None:
        row = clients.find(self.session, client_id)
        return Client(row) if row else None

    def create_oauth2_request(self, request: Any) -> Any:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        # Authlib gives errors as pairs.
        return Answer(status, dict(body) if isinstance(body, list) else body, dict(headers))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Authlib's frameworks announce things here; nothing listens."""

    def save_token(self, token: Any, request: Any) -> None:
        """Nothing to save: access tokens carry themselves, refresh tokens are stored where they are made."""

    def validate_requested_scope(self, scope: str | None) -> None:
        if set((scope or "").split()) - AGENT_SCOPES - _IGNORED_SCOPES:
            raise InvalidScopeError(f"An agent can be granted {', '.join(sorted(AGENT_SCOPES))} and nothing else.")

    def resource(self, request: Request) -> str | None:
        """The one resource that is asked for, under our public name where it is ours; or None."""
        asked = request.payload.datalist.get("resource", [])
        if len(asked) > 1:
            raise InvalidTargetError("Ask for one resource at a time.")
        return (self._names.canonical(asked[0]) or asked[0]) if asked else None

    def demand_resource(self, request: Request, granted: OAuthGrant) -> None:
        """A token request may repeat the resource it was granted, and name no other."""
        if self.resource(request) not in (None, granted.resource):
            raise InvalidTargetError("That is not the resource this was granted for.")

    def generate_token(self, grant_type: str, client: Client, **given: Any) -> dict[str, Any]:
        """RFC 9068 access token, and a refresh token when the grant made one."""
        granted, scope = self.granted, given.get("scope") or ""
        if granted is None:
            raise RuntimeError(f"{grant_type} named no grant")
        token: dict[str, Any] = {
            "access_token": self._access_token(granted, client, scope),
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LIFETIME.total_seconds()),
            "scope": scope,
        }
        if self.next_refresh_token is not None:
            token["refresh_token"] = self.next_refresh_token
        return token

    def _access_token(self, granted: OAuthGrant, client: Client, scope: str) -> str:
        issued = int(now().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": granted.user_id,
            "aud": granted.resource,
            "client_id": client.get_client_id(),
            "scope": scope,
            "iat": issued,
            "exp": issued + int(ACCESS_LIFETIME.total_seconds()),
            "jti": secrets.token_urlsafe(12),
            "tid": granted.tenant_id,
            "gid": granted.id,
        }
        return self._signer.sign(self._key, claims)

    def token(self, request: Request) -> Answer:
        """Answer a token request, errors included."""
        return cast(Answer, self.create_token_response(request))

    def client(self, request: Request, methods: list[str]) -> Client:
        """Who calls, by one of the ways of authenticating. Raises OAuth2Error."""
        return cast(Client, self.authenticate_client(request, methods, "token"))

    def consider(self, request: Request) -> Any:
        """Check an authorization request; return Authlib's grant for `conclude`. Raises OAuth2Error, ValueError."""
        return self.get_consent_grant(request)

    def allowed(self, request: Request) -> list[str]:
        """The scopes that a considered request would be granted."""
        return (request.scope or "").split()  # pyright: ignore[reportDeprecated] - the resolved scope is only there

    def conclude(self, request: Request, user_id: str, grant: Any) -> Answer:
        """Make a code for `granted` and send the person back with it."""
        return self.with_issuer(self.create_authorization_response(request, grant_user=user_id, grant=grant))

    def refuse(self, request: Request, error: OAuth2Error) -> Answer:
        """An error as an answer: a redirect when the error knows where to, else for the person to read."""
        return self.with_issuer(self.handle_error_response(request, error))

    def with_issuer(self, answer: Answer) -> Answer:
        """RFC 9207: every redirect back to a client says who answers, errors too."""
        if answer.location is None:
            return answer
        joint = "&" if "?" in answer.location else "?"
        location = f"{answer.location}{joint}{urlencode({'iss': self.issuer})}"
        return Answer(answer.status, answer.body, answer.headers | {"Location": location})
