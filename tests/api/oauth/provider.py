"""A real OpenID Connect provider over HTTP, with a browser's view of it. What it says can be made wrong on purpose."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from examples.world.web import serve_app

Claims = dict[str, Any]
NO_ALGORITHM = b'{"alg":"none"}'
CLIENT_ID, CLIENT_SECRET = "sealwright-at-acme", "the client's s3cret: 100%"


@dataclass
class Person:
    """Who is signed in at the provider."""

    subject: str = "sub-1"
    email: str = "ann@acme.example"
    verified: object = True
    name: str = "Ann Acme"


@dataclass
class Provider:
    """A provider. `spoiled` replaces claims of its ID tokens, None leaves one out; `sign` replaces the signing."""

    issuer: str
    person: Person = field(default_factory=Person)
    key: RSAKey | ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    alg: str = "ES256"
    spoiled: Claims = field(default_factory=dict[str, Any])
    sign: Callable[["Provider", Claims], str] | None = None
    described: dict[str, Any] = field(default_factory=dict[str, Any])
    response: dict[str, str | None] = field(default_factory=dict[str, str | None])
    refuses: str | None = None
    thin: bool = False  # the address is told at the userinfo endpoint only
    userinfo_subject: str | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    asked: list[str] = field(default_factory=list[str])
    redeemed: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    published: list[dict[str, Any]] | None = None

    def behave(self) -> None:
        """Be an honest provider again, at which Ann is signed in."""
        self.__init__(self.issuer, key=self.key, alg=self.alg)

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        self.key, self.alg = RSAKey.generate_key(2048, auto_kid=True), "RS256"

    def describe(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
            **self.described,
        }

    def id_token(self, begun: dict[str, str]) -> str:
        moment = int(time.time())
        claims: Claims = {
            "iss": self.issuer,
            "sub": self.person.subject,
            "aud": CLIENT_ID,
            "iat": moment,
            "exp": moment + 300,
            "nonce": begun["nonce"],
        }
        if not self.thin:
            claims |= self.about()
        claims = {name: value for name, value in {**claims, **self._lies(moment)}.items() if value is not None}
        return self.sign(self, claims) if self.sign else self.signed(claims)

    def _lies(self, moment: int) -> Claims:
        """Times are meant as seconds from now."""
        times = {name: moment + self.spoiled[name] for name in ("exp", "iat", "nbf") if self.spoiled.get(name)}
        named = {"iss": f"{self.issuer}/"} if self.spoiled.get("iss") == "ISSUER/" else {}
        return {**self.spoiled, **times, **named}

    def about(self) -> Claims:
        return {"email": self.person.email, "email_verified": self.person.verified, "name": self.person.name}

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": self.alg, "kid": self.key.kid}, claims, self.key, algorithms=[self.alg])

    async def discovery(self, request: Request) -> Response:
        del request
        self.asked.append("discovery")
        return JSONResponse(self.describe())

    async def jwks(self, request: Request) -> Response:
        del request
        self.asked.append("jwks")
        own = [{**self.key.as_dict(private=False), "use": "sig"}]
        return JSONResponse({"keys": own if self.published is None else self.published})

    async def authorize(self, request: Request) -> Response:
        """The person is signed in already, and agrees at once."""
        given = dict(request.query_params)
        assert given["response_type"] == "code"
        assert given["client_id"] == CLIENT_ID
        assert given["code_challenge_method"] == "S256"
        assert set(given["scope"].split()) == {"openid", "email", "profile"}
        assert len(given["nonce"]) >= 32
        code = secrets.token_urlsafe(16)
        self.codes[code] = given
        answer: dict[str, str | None] = {"code": code, "state": given["state"], **self.response}
        kept = {name: value for name, value in answer.items() if value is not None}
        return RedirectResponse(f"{given['redirect_uri']}?{urlencode(kept)}", 302)

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.redeemed.append(form)
        begun = self.codes.pop(form.get("code", ""), None)
        if self.refuses or begun is None or not self._is_client(request):
            return JSONResponse({"error": self.refuses or "invalid_grant"}, 400)
        hashed = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() != begun["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if form["redirect_uri"] != begun["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = {"access_token": "at-1", "token_type": "Bearer", "expires_in": 60, "id_token": self.id_token(begun)}
        return JSONResponse({name: value for name, value in token.items() if value})

    def _is_client(self, request: Request) -> bool:
        said = request.headers.get("authorization", "").removeprefix("Basic ")
        return base64.b64decode(said).decode() == f"{CLIENT_ID}:{CLIENT_SECRET}"

    async def userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer at-1"
        self.asked.append("userinfo")
        return JSONResponse({"sub": self.userinfo_subject or self.person.subject, **self.about()})


def unsigned(provider: Provider, claims: Claims) -> str:
    """An ID token with "alg": "none"."""
    del provider
    return f"{_encoded(NO_ALGORITHM)}.{_encoded(json.dumps(claims).encode())}."


def garbage(provider: Provider, claims: Claims) -> str:
    del provider, claims
    return "no.token.at-all"


def nothing(provider: Provider, claims: Claims) -> str:
    del provider, claims
    return ""


def keyed_by_the_public_key(provider: Provider, claims: Claims) -> str:
    """The old confusion: HMAC, with the public key as its secret."""
    head = json.dumps({"alg": "HS256", "kid": provider.key.kid}).encode()
    parts = ".".join(_encoded(part) for part in (head, json.dumps(claims).encode()))
    mac = hmac.new(provider.key.as_pem(private=False), parts.encode(), hashlib.sha256).digest()
    return f"{parts}.{_encoded(mac)}"


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def signed_by_another(provider: Provider, claims: Claims) -> str:
    """By a key that the provider never published, under the id of one that it did."""
    return jwt.encode({"alg": "ES256", "kid": provider.key.kid}, claims, ECKey.generate_key("P-256"))


@asynccontextmanager
async def providing() -> AsyncGenerator[Provider]:
    """Serve a provider on a free port of loopback."""
    provider = Provider("")
    routes = [
        Route("/.well-known/openid-configuration", provider.discovery),
        Route("/jwks", provider.jwks),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
        Route("/userinfo", provider.userinfo),
    ]
    async with serve_app(Starlette(routes=routes)) as provider.issuer:
        yield provider
