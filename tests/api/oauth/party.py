"""The parties of OAuth, by hand: a client that asks, and a person who decides in a browser."""

import base64
import hashlib
import html
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2

from tests.api.site import Home

REDIRECT = "http://127.0.0.1:3333/callback"


@dataclass
class Party:
    """A registered client talking to one home's server. Every step can be given wrong parameters."""

    home: Home
    http: httpx2.AsyncClient
    client: dict[str, Any]
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    def query(self, **changes: str | None) -> str:
        """The authorization request; a change to None leaves the parameter out."""
        given: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client["client_id"],
            "redirect_uri": REDIRECT,
            "scope": "tools:call tools:author runs:read",
            "state": "st4te",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            "resource": self.home.url,
            **changes,
        }
        return urlencode({key: value for key, value in given.items() if value is not None})

    @property
    def named(self) -> dict[str, str]:
        """How the client says who it is."""
        return {"client_id": self.client["client_id"]}

    async def ask(self, browser: httpx2.AsyncClient | None = None, /, **changes: str | None) -> httpx2.Response:
        """Open the authorization endpoint as the owner."""
        return await (browser or self.home.browser).get(f"/oauth/authorize?{self.query(**changes)}")

    async def decide(
        self,
        decision: str = "approve",
        scopes: list[str] | None = None,
        form: dict[str, Any] | None = None,
        browser: httpx2.AsyncClient | None = None,
        **changes: str | None,
    ) -> httpx2.Response:
        """Open the consent page and send its form, as a browser would."""
        page = await self.ask(browser, **changes)
        assert page.status_code == 200, page.text
        fields: dict[str, Any] = {**hidden(page.text), "decision": decision, **(form or {})}
        fields["scope"] = boxes(page.text) if scopes is None else scopes
        return await (browser or self.home.browser).post("/oauth/authorize", data=fields)

    async def code(self, **changes: Any) -> str:
        answer = await self.decide(**changes)
        assert answer.status_code == 303, answer.text
        return parameters(answer)["code"]

    async def token(self, **given: str | None) -> httpx2.Response:
        """POST to the token endpoint; a secret of the client is sent as it registered."""
        form = {"client_id": self.client["client_id"], **given}
        if "client_secret" in self.client and "client_secret" not in given:
            form["client_secret"] = self.client["client_secret"]
        return await self.http.post("/oauth/token", data={k: v for k, v in form.items() if v is not None})

    async def exchange(self, code: str, /, **changes: str | None) -> httpx2.Response:
        given: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": self.verifier,
            **changes,
        }
        return await self.token(**given)

    async def tokens(self, **changes: Any) -> dict[str, Any]:
        """The whole dance."""
        answer = await self.exchange(await self.code(**changes))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refresh(self, token: str, **changes: str | None) -> httpx2.Response:
        return await self.token(**{"grant_type": "refresh_token", "refresh_token": token, **changes})

    async def call(self, token: str, url: str | None = None) -> httpx2.Response:
        """tools/list with an access token."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        return await self.http.post(url or self.home.url, json=body, headers=headers)


async def join(home: Home, **metadata: Any) -> Party:
    """Register a client with `home`'s server."""
    http = httpx2.AsyncClient(base_url=home.site.origin, timeout=120)
    body = {
        "client_name": "Test agent",
        "redirect_uris": [REDIRECT],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        **metadata,
    }
    answer = await http.post("/oauth/register", json=body)
    assert answer.status_code == 201, answer.text
    return Party(home, http, answer.json())


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a form."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def boxes(page: str) -> list[str]:
    """The scopes that are ticked."""
    return re.findall(r'name="scope" value="([^"]+)" checked', page)


def parameters(answer: httpx2.Response) -> dict[str, str]:
    """What a redirect carries back to the client."""
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
