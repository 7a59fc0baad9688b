# pyright: basic, reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportIncompatibleMethodOverride=false, reportIncompatibleVariableOverride=false
# Authlib is untyped; this module and server.py are the only doors to it.
"""The grants: authorization code with PKCE, refresh, client credentials, device code.

Codes and refresh tokens are looked up first and used up last, when everything else has been checked, by one
UPDATE that only one request can win.
"""

from typing import Any

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceCodeGrant as DeviceCode
from sqlalchemy import select

from api.oauth.server import Client, Request, Server
from tenants.agents import authorizations
from tenants.agents.authorizations import hash_of
from tenants.base.db import now
from tenants.models import OAuthCode, OAuthDeviceCode, OAuthGrant, OAuthRefreshToken

METHODS = ["client_secret_basic", "client_secret_post", "none"]


class _Code:
    """A stored code, asked the way Authlib asks."""

    code_challenge_method = "S256"

    def __init__(self, row: OAuthCode, grant: OAuthGrant, redirect_uri: str | None) -> None:
        self.row = row
        self.redirect_uri = redirect_uri
        self.grant = grant
        self.code_challenge = row.challenge

    def get_redirect_uri(self) -> str | None:
        return self.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.grant.scopes)


class AuthorizationCode(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    server: Server

    @staticmethod
    def validate_authorization_redirect_uri(request: Request, client: Client) -> str:
        # Authlib's own puts the URI into the error's text, where hostile characters make it crash.
        asked = request.payload.redirect_uri or client.get_default_redirect_uri()
        if not asked or not client.check_redirect_uri(asked):
            raise InvalidRequestError("The redirect_uri is not one that this client registered.")
        return asked

    @staticmethod
    def validate_no_multiple_request_parameter(request: Request) -> None:
        for name, values in request.payload.datalist.items():
            if len(values) > 1 and name != "resource":
                plain = name if name.isidentifier() and name.isascii() else "A parameter"
                raise InvalidRequestError(f"{plain} is given more than once.", state=request.payload.state)

    def save_authorization_code(self, code: str, request: Request) -> None:
        authorizations.issue_code(
            self.server.session,
            self.server.granted,  # pyright: ignore[reportArgumentType] - opened by the consent
            code,
            request.payload.redirect_uri or "",
            request.payload.data["code_challenge"],
        )

    def query_authorization_code(self, code: str, client: Client) -> _Code | None:
        found = authorizations.find_code(self.server.session, code, client.row)
        if found is None:
            return None
        self.server.demand_resource(self.request, found[1])
        return _Code(*found, self._expected(found[0].redirect_uri, client))

    def _expected(self, asked: str, client: Client) -> str | None:
        """The redirect_uri of the token request; None when it may be left out, as it was before (RFC 6749, 4.1.3)."""
        if asked or not self.request.payload.redirect_uri:
            return asked or None
        # Whoever says it now, says the one that was used.
        return client.get_default_redirect_uri() or "none that this client has"

    def authenticate_user(self, authorization_code: _Code) -> Any:
        if not authorizations.take_code(self.server.session, authorization_code.row):
            return None
        grant = self.server.granted = authorization_code.grant
        if self.request.client.check_grant_type("refresh_token"):
            self.server.next_refresh_token = authorizations.issue_refresh_token(self.server.session, grant)
        return grant.user_id

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        """It was used up before the token was made."""


class Pkce(CodeChallenge):
    """S256 only, demanded at the authorization endpoint already."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - Authlib's own name

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge"):
            raise InvalidRequestError("code_challenge is missing; PKCE with S256 is required.")
        if data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("code_challenge_method is S256; nothing else is accepted.")
        super().validate_code_challenge(grant, redirect_uri)

    def validate_code_verifier(self, grant: Any, result: Any) -> None:
        if not grant.request.form.get("code_verifier"):
            raise InvalidRequestError("code_verifier is missing.")
        super().validate_code_verifier(grant, result)


class _Refresh:
    """A stored refresh token, asked the way Authlib asks."""

    def __init__(self, row: OAuthRefreshToken, grant: OAuthGrant, token: str) -> None:
        self.row = row
        self.grant = grant
        self.token = token

    def check_client(self, client: Client) -> bool:
        return client.row.id == self.grant.client_ref

    def get_scope(self) -> str:
        return " ".join(self.grant.scopes)


class RefreshToken(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: Server

    def authenticate_refresh_token(self, refresh_token: str) -> _Refresh | None:
        found = authorizations.find_refresh_token(self.server.session, refresh_token, self.request.client.row)
        if found is None:
            return None
        self.server.demand_resource(self.request, found[1])
        return _Refresh(*found, refresh_token)

    def authenticate_user(self, refresh_token: _Refresh) -> str:
        return refresh_token.grant.user_id

    def issue_token(self, user: Any, refresh_token: _Refresh) -> dict[str, Any]:
        successor = authorizations.rotate(
            self.server.session, refresh_token.row, refresh_token.token, self.server.grace
        )
        if successor is None:
            raise InvalidGrantError("This refresh token was used before; the access it gave has been ended.")
        self.server.granted, self.server.next_refresh_token = refresh_token.grant, successor
        return super().issue_token(user, refresh_token)

    def revoke_old_credential(self, refresh_token: _Refresh) -> None:
        """It was used up before the token was made."""


class ClientCredentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012 - Authlib's own name
    server: Server

    def validate_token_request(self) -> None:
        super().validate_token_request()
        grant = self.server.session.scalar(
            select(OAuthGrant).where(OAuthGrant.client_ref == self.client.row.id, OAuthGrant.revoked_at.is_(None))
        )
        if grant is None:
            raise InvalidGrantError("This client's access has been ended.")
        self.server.demand_resource(self.request, grant)
        asked = set((self.request.payload.scope or "").split())
        if not asked <= set(grant.scopes):
            raise InvalidScopeError(f"This client was given {', '.join(grant.scopes)}.")
        self.server.granted = grant

    def generate_token(self, **given: Any) -> dict[str, Any]:
        scope = given.pop("scope", None) or " ".join(self.server.granted.scopes)  # pyright: ignore[reportOptionalMemberAccess] - set above
        return super().generate_token(scope=scope, **given)


class _Device:
    def __init__(self, row: OAuthDeviceCode, client: Client) -> None:
        self.row = row
        self._client = client

    def get_client_id(self) -> str | None:
        # None for a code of another client: Authlib then refuses.
        return self._client.get_client_id() if self._client.row.id == self.row.client_ref else None

    def get_user_code(self) -> str:
        return self.row.user_code

    def is_expired(self) -> bool:
        return self.row.expires_at <= now()


class DeviceCodeGrant(DeviceCode):
    server: Server

    def query_device_credential(self, device_code: str) -> _Device | None:
        row = self.server.session.get(OAuthDeviceCode, hash_of(device_code))
        client = self.server.query_client(self.request.payload.client_id or "")
        return _Device(row, client) if row and client and row.decision != "used" else None

    def query_user_grant(self, user_code: str) -> tuple[str, bool] | None:
        row = self.server.session.scalar(select(OAuthDeviceCode).where(OAuthDeviceCode.user_code == user_code))
        if row is None or row.decision is None:
            return None
        grant = self.server.session.get(OAuthGrant, row.grant_id) if row.grant_id else None
        self.server.granted = grant
        return (grant.user_id, True) if grant and row.decision == "approved" else ("", False)

    def should_slow_down(self, credential: _Device) -> bool:
        row, moment = credential.row, now()
        early = row.polled_at is not None and (moment - row.polled_at).total_seconds() < row.interval_s
        row.polled_at = moment
        if early:
            row.interval_s += 5
        return early

    def create_token_response(self) -> Any:
        row = self.request.credential.row
        grant = self.server.granted
        if grant is None or not authorizations.take_device_code(self.server.session, row):
            raise InvalidGrantError("This device code was used before.")
        self.server.demand_resource(self.request, grant)
        if self.request.client.check_grant_type("refresh_token"):
            self.server.next_refresh_token = authorizations.issue_refresh_token(self.server.session, grant)
        scope = " ".join(grant.scopes)
        return 200, self.generate_token(user=self.request.user, scope=scope), self.TOKEN_RESPONSE_HEADER


def register(server: Server) -> Server:
    """Give a request's server its grants."""
    server.register_grant(AuthorizationCode, [Pkce(required=True)])
    for grant in (RefreshToken, ClientCredentials, DeviceCodeGrant):
        server.register_grant(grant)
    return server
