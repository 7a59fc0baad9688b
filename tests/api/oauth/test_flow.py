"""What works: the dance from no token to a called tool, with the official client and by hand."""

import asyncio
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from api.oauth.clients import registration
from tests.api.oauth.party import boxes, hidden, join, parameters
from tests.api.site import Home


class Memory:
    """The official client's token storage."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Browser:
    """A person who is sent to the consent page and allows everything."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.back: dict[str, str] = {}

    async def open(self, url: str) -> None:
        page = await self.home.browser.get(url)
        assert page.status_code == 200, page.text
        fields: dict[str, Any] = {**hidden(page.text), "decision": "approve", "scope": boxes(page.text)}
        self.back = parameters(await self.home.browser.post("/oauth/authorize", data=fields))

    async def answer(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult.model_validate(self.back)


@pytest.mark.parametrize("method", ["none", "client_secret_post", "client_secret_basic", None])
async def test_the_official_client_signs_in_and_calls_a_tool(home: Home, method: str | None) -> None:
    await home.serve("echo")
    browser, memory = Browser(home), Memory()
    asked: dict[str, Any] = {"client_name": "Python client", "redirect_uris": ["http://127.0.0.1:1234/callback"]}
    if method:
        asked["token_endpoint_auth_method"] = method
    provider = OAuthClientProvider(
        home.url, OAuthClientMetadata.model_validate(asked), memory, browser.open, browser.answer
    )
    async with (
        httpx2.AsyncClient(auth=provider, timeout=120) as http,
        Client(streamable_http_client(home.url, http_client=http)) as client,
    ):
        result = await client.call_tool("echo", {"text": "in"})
    assert result.structured_content == {"echo": "in"}
    assert memory.tokens is not None
    assert memory.tokens.refresh_token is not None


async def test_a_token_carries_what_rfc_9068_asks_and_the_exact_audience(home: Home) -> None:
    party = await join(home)
    tokens = await party.tokens()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert tokens["scope"] == "runs:read tools:author tools:call"
    claims = await home.site.oauth.signer.claims(tokens["access_token"])
    assert claims is not None
    assert claims["aud"] == home.url
    assert claims["iss"] == home.site.origin
    assert {"sub", "client_id", "exp", "iat", "jti", "scope"} <= set(claims)
    assert (await party.call(tokens["access_token"])).status_code == 200


async def test_a_person_can_narrow_the_scopes(home: Home) -> None:
    party = await join(home)
    tokens = await party.tokens(scopes=["runs:read"])
    assert tokens["scope"] == "runs:read"


async def test_refreshing_gives_a_new_pair_and_keeps_the_scope(home: Home) -> None:
    party = await join(home)
    first = await party.tokens(scopes=["tools:call"])
    second = (await party.refresh(first["refresh_token"], resource=home.url)).json()
    assert second["scope"] == "tools:call"
    assert second["refresh_token"] != first["refresh_token"]
    assert (await party.call(second["access_token"])).status_code == 200


async def test_a_lost_answer_to_a_refresh_can_be_asked_for_again(home: Home) -> None:
    party = await join(home)
    first = await party.tokens()
    answers = await asyncio.gather(*(party.refresh(first["refresh_token"]) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_an_authorization_response_says_who_answers(home: Home) -> None:
    party = await join(home)
    back = parameters(await party.decide())
    assert back["iss"] == home.site.origin
    assert back["state"] == "st4te"


async def test_a_client_that_names_no_resource_lets_the_person_choose_the_tenant(home: Home) -> None:
    party = await join(home)
    code = await party.code(resource=None, form={"tenant": home.tenant.slug})
    tokens = (await party.exchange(code)).json()
    assert (await party.call(tokens["access_token"])).status_code == 200


async def test_a_loopback_redirect_may_use_any_port(home: Home) -> None:
    party = await join(home)
    answer = await party.decide(redirect_uri="http://127.0.0.1:49152/callback")
    assert answer.headers["location"].startswith("http://127.0.0.1:49152/callback?code=")


async def test_a_machine_signs_in_with_its_own_secret(home: Home) -> None:
    from tenants.agents import clients

    async with home.site.database.system() as session:
        client, secret = await clients.create(session, home.owner, name="CI", scopes=["tools:call"], resource=home.url)
    party = await join(home)
    answer = await party.http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client.client_id, secret)
    )
    assert answer.status_code == 200, answer.text
    assert "refresh_token" not in answer.json()
    assert (await party.call(answer.json()["access_token"])).status_code == 200


async def test_a_device_signs_in_with_a_code_that_a_person_types(home: Home) -> None:
    party = await join(home, grant_types=[registration.DEVICE_GRANT, "refresh_token"])
    asked = {"client_id": party.client["client_id"], "scope": "tools:call", "resource": home.url}
    device = (await party.http.post("/oauth/device_authorization", data=asked)).json()
    poll = {"grant_type": registration.DEVICE_GRANT, "device_code": device["device_code"]}
    assert (await party.token(**poll)).json()["error"] == "authorization_pending"
    assert (await party.token(**poll)).json()["error"] == "slow_down"
    page = await home.browser.get("/oauth/device", params={"user_code": device["user_code"].lower()})
    assert device["user_code"] in page.text
    fields: dict[str, Any] = {**hidden(page.text), "decision": "approve", "scope": boxes(page.text)}
    assert (await home.browser.post("/oauth/device", data=fields)).status_code == 200
    tokens = await party.token(**poll)
    assert tokens.status_code == 200, tokens.text
    assert (await party.call(tokens.json()["access_token"])).status_code == 200
    assert (await party.token(**poll)).status_code == 400


async def test_revoking_ends_the_access_token_at_once(home: Home) -> None:
    party = await join(home)
    tokens = await party.tokens()
    assert (await party.call(tokens["access_token"])).status_code == 200
    given = {"client_id": party.client["client_id"], "token": tokens["refresh_token"]}
    assert (await party.http.post("/oauth/revoke", data=given)).status_code == 200
    assert (await party.call(tokens["access_token"])).status_code == 401


async def test_introspection_tells_a_client_about_its_own_token(home: Home) -> None:
    party = await join(home, token_endpoint_auth_method="client_secret_basic")
    tokens = await party.tokens()
    auth = (party.client["client_id"], party.client["client_secret"])
    answer = await party.http.post("/oauth/introspect", data={"token": tokens["access_token"]}, auth=auth)
    assert answer.json()["active"] is True
    assert answer.json()["aud"] == home.url


async def test_the_metadata_documents_agree(home: Home) -> None:
    party = await join(home)
    resource = (await party.http.get(f"/.well-known/oauth-protected-resource/t/{home.tenant.slug}/mcp")).json()
    assert resource["resource"] == home.url
    server = (await party.http.get("/.well-known/oauth-authorization-server")).json()
    assert resource["authorization_servers"] == [server["issuer"]]
    assert server["code_challenge_methods_supported"] == ["S256"]
    keys = (await party.http.get("/oauth/jwks")).json()["keys"]
    assert keys
    assert "d" not in keys[0]


async def test_a_registration_can_be_read_changed_and_ended(home: Home) -> None:
    party = await join(home)
    url = party.client["registration_client_uri"]
    headers = {"Authorization": f"Bearer {party.client['registration_access_token']}"}
    assert (await party.http.get(url, headers=headers)).json()["client_name"] == "Test agent"
    changed = {
        "client_name": "Renamed",
        "redirect_uris": ["https://a.example/cb"],
        "token_endpoint_auth_method": "none",
    }
    assert (await party.http.put(url, headers=headers, json=changed)).json()["client_name"] == "Renamed"
    assert (await party.http.delete(url, headers=headers)).status_code == 204
    assert (await party.http.get(url, headers=headers)).status_code == 401
