# pyright: basic, reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false
# Authlib is untyped; this module, server.py and grants.py are the only doors to it.
"""A client of any OpenID Connect provider: discovery, the code flow with PKCE, and ID tokens believed when proved.

Everything a provider says is a stranger's word until its signature, issuer, audience, time and nonce are checked.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, InvalidKeyIdError, JoseError, MissingClaimError
from joserfc.jwk import Key, KeySet, import_key
from joserfc.jws import JWSRegistry

from api.oauth.clients.egress import Egress
from sandbox import jsontext
from tenants.capabilities.addresses import RefusedAddress

SCOPE = "openid email profile"
# Signatures by a key that only the provider has. No "none"; no HMAC, whose key we would share.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
_BYTES_MAX = 256 << 10
_TIMEOUT_S = 5.0
# One visit to a provider, all of its requests together.
_PATIENCE_S = 15.0
_REMEMBERED_S = 600.0
_KNOWN_MAX = 1_000
# An unknown key id makes us look at the provider's keys again, at most this often.
_LOOK_AGAIN_S = 10.0
_LEEWAY_S = 60


@dataclass
class ProviderError(Exception):
    """A provider cannot be used, or said something that cannot be believed. `message` is for the person."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Registered:
    """We, as a provider knows us."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a provider said about a person, checked."""

    subject: str
    email: str
    email_verified: bool
    name: str
    methods: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Known:
    """A provider's description of itself, and its keys."""

    described: dict[str, Any]
    until: float
    keys: KeySet | None = None
    looked: float = 0.0


class OpenId:
    """Goes out to providers, and remembers for some minutes how they describe themselves."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._providers: dict[str, _Known] = {}

    async def discover(self, issuer: str, *, afresh: bool = False) -> dict[str, Any]:
        """The provider's own description, which must name this very issuer. Raises ProviderError."""
        return (await self._known(issuer, afresh=afresh)).described

    async def address(self, us: Registered, state: str, nonce: str, verifier: str) -> str:
        """Where to send a browser that wants to sign in. Raises ProviderError."""
        described = await self.discover(us.issuer)
        async with self._client(us, described) as client:
            url, _ = client.create_authorization_url(
                described["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_verifier=verifier,
                redirect_uri=us.redirect_uri,
                scope=SCOPE,
            )
        return url

    async def redeem(self, us: Registered, answer: dict[str, str], nonce: str, verifier: str) -> Said:
        """Exchange the code that a browser brought back. Raises ProviderError."""
        described = await self.discover(us.issuer)
        self._demand_issuer(us, described, answer)
        if "error" in answer or not answer.get("code"):
            raise ProviderError("refused_by_provider", _refusal(answer))
        async with _visit():
            token = await self._token(us, described, answer["code"], verifier)
            given = token.get("id_token")
            if not isinstance(given, str):
                raise ProviderError("no_id_token", "The identity provider sent no ID token.")
            claims = await self._claims(us, given, nonce, str(token.get("access_token") or ""))
            if "email" not in claims:
                claims |= await self._more(described, str(claims["sub"]), str(token.get("access_token") or ""))
        return _said(claims)

    def _demand_issuer(self, us: Registered, described: dict[str, Any], answer: dict[str, str]) -> None:
        # RFC 9207: an answer that another provider sent is not taken for this one's.
        promised = described.get("authorization_response_iss_parameter_supported") is True
        if answer.get("iss", None if promised else us.issuer) != us.issuer:
            raise ProviderError("wrong_issuer", "The answer came from another identity provider than was asked.")

    @asynccontextmanager
    async def _client(self, us: Registered, described: dict[str, Any]) -> AsyncIterator[Any]:
        methods = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        by_post = "client_secret_basic" not in methods and "client_secret_post" in methods
        method = "none" if not us.client_secret else "client_secret_post" if by_post else "client_secret_basic"
        client: Any = AsyncOAuth2Client(
            us.client_id,
            us.client_secret or None,
            token_endpoint_auth_method=method,
            code_challenge_method="S256",
            transport=self._egress.transport(_BYTES_MAX),
            trust_env=False,
            timeout=_TIMEOUT_S,
            follow_redirects=False,
        )
        async with client:
            yield client

    async def _token(self, us: Registered, described: dict[str, Any], code: str, verifier: str) -> dict[str, Any]:
        async with self._client(us, described) as client:
            try:
                token = await client.fetch_token(
                    described["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    redirect_uri=us.redirect_uri,
                )
            except OAuthError as error:
                message = f"The identity provider refused the sign-in: {_plain(error.error)}."
                raise ProviderError("refused_by_provider", message) from error
        if not isinstance(token, dict):
            raise ProviderError("provider_broken", "The identity provider's answer cannot be read.")
        return token

    async def _claims(self, us: Registered, id_token: str, nonce: str, access_token: str) -> dict[str, Any]:
        try:
            decoded = await self._decoded(us.issuer, id_token)
            options = {
                "iss": {"essential": True, "value": us.issuer},
                "aud": {"essential": True, "value": us.client_id},
                "sub": {"essential": True},
                "exp": {"essential": True},
            }
            expected = {"nonce": nonce, "client_id": us.client_id, "access_token": access_token}
            claims = CodeIDToken(decoded.claims, decoded.header, options, expected)
            claims.validate(leeway=_LEEWAY_S)
        except ExpiredTokenError as error:
            raise ProviderError("token_expired", "The identity provider's ID token has expired.") from error
        except (InvalidClaimError, MissingClaimError) as error:
            name = _plain(error.claim)
            raise ProviderError(f"wrong_{name}", f"The identity provider's ID token has a wrong {name}.") from error
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderError("bad_token", "The identity provider's ID token is not signed by its keys.") from error
        return dict(claims)

    async def _decoded(self, issuer: str, id_token: str) -> jwt.Token:
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            return jwt.decode(id_token, await self._keys(issuer), registry=registry)
        except InvalidKeyIdError:
            return jwt.decode(id_token, await self._keys(issuer, again=True), registry=registry)

    async def _keys(self, issuer: str, *, again: bool = False) -> KeySet:
        known = await self._known(issuer)
        if known.keys is None or (again and time.monotonic() - known.looked > _LOOK_AGAIN_S):
            document = await self._document(known.described["jwks_uri"])
            known.keys, known.looked = KeySet(_signing_keys(document)), time.monotonic()
        return known.keys

    async def _more(self, described: dict[str, Any], subject: str, access_token: str) -> dict[str, Any]:
        """Some providers tell the address at their userinfo endpoint only."""
        endpoint = described.get("userinfo_endpoint")
        if not isinstance(endpoint, str) or not access_token:
            return {}
        document = await self._document(endpoint, bearer=access_token)
        if document.get("sub") != subject:
            raise ProviderError("wrong_sub", "The identity provider's answers are about two different people.")
        return {name: document[name] for name in ("email", "email_verified", "name") if name in document}

    async def _known(self, issuer: str, *, afresh: bool = False) -> _Known:
        known = self._providers.get(issuer)
        if known is not None and not afresh and known.until > time.monotonic():
            return known
        described = await self._document(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if described.get("issuer") != issuer:
            named = _plain(str(described.get("issuer")))
            raise ProviderError("wrong_issuer", f"What answers there calls itself {named or 'nothing'}, not {issuer}.")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            fault = self._egress.url_fault(described.get(name) or "")
            if fault:
                raise ProviderError("provider_broken", f"The identity provider's {name} cannot be used: {fault}.")
        if len(self._providers) >= _KNOWN_MAX:
            self._providers.clear()
        self._providers[issuer] = fresh = _Known(described, time.monotonic() + _REMEMBERED_S)
        return fresh

    async def _document(self, url: str, bearer: str | None = None) -> dict[str, Any]:
        async with _visit():
            answer = await self._egress.get(url, _BYTES_MAX, _TIMEOUT_S, bearer)
            if answer.status_code != 200:
                raise ProviderError("provider_broken", f"The identity provider answered {answer.status_code}.")
            document = jsontext.read(answer.content)
        if not isinstance(document, dict):
            raise ProviderError("provider_broken", "The identity provider's answer cannot be read.")
        return cast("dict[str, Any]", document)


@asynccontextmanager
async def _visit() -> AsyncIterator[None]:
    """What can go wrong on the way is one of two things for a person: nobody there, or nonsense."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            yield
    except RefusedAddress as error:
        message = "The identity provider's address is not one that may be asked."
        raise ProviderError("address_refused", message) from error
    except ValueError as error:  # what is too large or no JSON
        raise ProviderError("provider_broken", "The identity provider's answer cannot be read.") from error
    except (OSError, httpx2.HTTPError) as error:
        raise ProviderError("provider_unreachable", "The identity provider cannot be reached now.") from error


def _signing_keys(document: dict[str, Any]) -> list[Key]:
    given = document.get("keys")
    found: list[Key] = []
    for one in given if isinstance(given, list) else []:
        if not isinstance(one, dict) or one.get("use", "sig") != "sig" or one.get("kty") == "oct":
            continue
        try:
            found.append(import_key(one))
        except (JoseError, ValueError, TypeError, KeyError):
            continue  # a kind of key that we do not know signs nothing for us
    if not found:
        raise ProviderError("provider_broken", "The identity provider publishes no key that signs.")
    return found


def _said(claims: dict[str, Any]) -> Said:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        raise ProviderError("wrong_sub", "The identity provider's ID token names nobody.")
    email, name = claims.get("email"), claims.get("name")
    # Some say it as text, though it is a boolean.
    verified = claims.get("email_verified") in (True, "true")
    return Said(
        subject,
        email if isinstance(email, str) else "",
        verified,
        name if isinstance(name, str) else "",
        _methods(claims),
    )


def _methods(claims: dict[str, Any]) -> frozenset[str]:
    """How the person signed in there, as the signed token says it: by `amr` (RFC 8176) and `acr`."""
    amr, acr = claims.get("amr"), claims.get("acr")
    given = [*(amr if isinstance(amr, list) else []), acr]
    return frozenset(one for one in given if isinstance(one, str))


def _refusal(answer: dict[str, str]) -> str:
    if "error" not in answer:
        return "The identity provider sent neither a code nor an error."
    if answer["error"] == "access_denied":
        return "The identity provider did not let you in, or you stopped there."
    return f"The identity provider refused the sign-in: {_plain(answer['error'])}."


def _plain(text: str) -> str:
    """A stranger's word, fit to be shown."""
    return "".join(letter for letter in text if letter.isascii() and letter.isprintable())[:200]
