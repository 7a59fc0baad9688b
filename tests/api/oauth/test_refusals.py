"""What must not work: each attempt is refused, with the right error, at the right place."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import update

from api.oauth.clients import registration
from tenants.agents import authorizations, clients
from tenants.base.db import now
from tenants.models import OAuthCode, OAuthGrant
from tenants.people import accounts, members
from tests.api.oauth.party import REDIRECT, Party, hidden, join, parameters
from tests.api.site import PASSWORD, Home, new_database, serving


@pytest.fixture
async def party(home: Home) -> Party:
    return await join(home)


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncGenerator[Home]:
    """A server that gives refresh tokens no grace."""
    database = await new_database(tmp_path)
    async with serving(database, grace=timedelta(0)) as site:
        yield await site.home()
    await database.close()


def claims_of(home: Home, **changes: Any) -> dict[str, Any]:
    issued = int(now().timestamp())
    return {
        "iss": home.site.origin, "sub": home.user.id, "aud": home.url, "client_id": "x", "scope": "tools:call",
        "iat": issued, "exp": issued + 600, "jti": "1", "tid": home.tenant.id, "gid": "gra_x", **changes,
    }  # fmt: skip


# --- the authorization endpoint: what is told to the client by redirect ---

TOLD_TO_THE_CLIENT = {
    "no PKCE": ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    "a challenge without a method": ({"code_challenge_method": None}, "invalid_request"),
    "PKCE plain": ({"code_challenge_method": "plain"}, "invalid_request"),
    "PKCE by an unknown method": ({"code_challenge_method": "S512"}, "invalid_request"),
    "a challenge that is too short": ({"code_challenge": "abc"}, "invalid_request"),
    "the implicit response type": ({"response_type": "token"}, "unsupported_response_type"),
    "a hybrid response type": ({"response_type": "code token"}, "unsupported_response_type"),
    "a scope only people hold": ({"scope": "versions:approve"}, "invalid_scope"),
    "a good scope and a bad one": ({"scope": "tools:call tenant:manage"}, "invalid_scope"),
    "an unknown scope": ({"scope": "openid"}, "invalid_scope"),
    "another server's resource": ({"resource": "https://evil.example/t/acme/mcp"}, "invalid_target"),
    "the whole server as resource": ({"resource": "http://127.0.0.1/"}, "invalid_target"),
    "a tenant that is not there": ({"resource": "{origin}/t/nobody-here/mcp"}, "invalid_target"),
    "a resource with two trailing slashes": ({"resource": "{url}//"}, "invalid_target"),
    "a resource with a query": ({"resource": "{url}?x=1"}, "invalid_target"),
    "a resource with a fragment": ({"resource": "{url}#x"}, "invalid_target"),
}


@pytest.mark.parametrize("attempt", TOLD_TO_THE_CLIENT)
async def test_the_client_is_told_by_a_redirect_with_state_and_issuer(party: Party, attempt: str) -> None:
    changes, error = TOLD_TO_THE_CLIENT[attempt]
    names = {"origin": party.home.site.origin, "url": party.home.url}
    filled = {key: value.format(**names) if value else None for key, value in changes.items()}
    await party.tokens()  # the person lets this client act for them
    answer = await party.ask(**filled)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(REDIRECT)
    back = parameters(answer)
    assert back["error"] == error
    assert back["state"] == "st4te"
    assert back["iss"] == party.home.site.origin
    assert "code" not in back


@pytest.mark.parametrize("attempt", TOLD_TO_THE_CLIENT)
@pytest.mark.parametrize("who", ["signed out", "a stranger to the client", "one who took it back", "another person"])
async def test_no_browser_is_sent_to_a_client_that_its_person_never_let_in(
    party: Party, attempt: str, who: str
) -> None:
    changes, error = TOLD_TO_THE_CLIENT[attempt]
    names = {"origin": party.home.site.origin, "url": party.home.url}
    filled = {key: value.format(**names) if value else None for key, value in changes.items()}
    browser = party.home.browser
    if who == "signed out":
        browser = httpx2.AsyncClient(base_url=party.home.site.origin)
    elif who != "a stranger to the client":
        granted = await party.tokens()
        if who == "one who took it back":
            await party.http.post("/oauth/revoke", data={"token": granted["access_token"], **party.named})
        else:
            browser = (await party.home.site.home()).browser
    answer = await party.ask(browser, **filled)
    assert answer.status_code == 400, answer.text
    assert "location" not in answer.headers
    assert error in answer.text
    assert f'href="{REDIRECT}?' in answer.text  # which leads there by a click
    assert "a program on this computer" in answer.text


# --- the authorization endpoint: what only the person may be told, because the client cannot be trusted ---

TOLD_TO_THE_PERSON: dict[str, dict[str, str | None]] = {
    "no client": {"client_id": None},
    "an unknown client": {"client_id": "swi_nobody"},
    "another host to go back to": {"redirect_uri": "https://evil.example/callback"},
    "another path to go back to": {"redirect_uri": "http://127.0.0.1:3333/callback/more"},
    "another query to go back to": {"redirect_uri": "http://127.0.0.1:3333/callback?next=evil"},
    "localhost for 127.0.0.1": {"redirect_uri": "http://localhost:3333/callback"},
    "a user name in the redirect": {"redirect_uri": "http://127.0.0.1:3333@evil.example/callback"},
    "a fragment in the redirect": {"redirect_uri": "http://127.0.0.1:3333/callback#x"},
    "a script as redirect": {"redirect_uri": "javascript:alert(1)"},
    "characters that do not belong": {"response_type": 'co"de\\'},
    "a redirect full of them": {"redirect_uri": 'http://x/"\\\n'},
    "a dot segment to go back to": {"redirect_uri": "http://127.0.0.1:3333/callback/../evil"},
    "an encoded path": {"redirect_uri": "http://127.0.0.1:3333/%63allback"},
    "a metadata document on plain http": {"client_id": "http://evil.example/client.json"},
}


@pytest.mark.parametrize("attempt", TOLD_TO_THE_PERSON)
async def test_the_person_is_told_and_goes_nowhere(party: Party, attempt: str) -> None:
    answer = await party.ask(**TOLD_TO_THE_PERSON[attempt])
    assert answer.status_code == 400, answer.text
    assert "location" not in answer.headers
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "code_challenge", "scope"])
async def test_a_parameter_given_twice_is_refused(party: Party, name: str) -> None:
    answer = await party.home.browser.get(f"/oauth/authorize?{party.query()}&{name}=again")
    assert answer.status_code in {303, 400}
    assert "code=" not in answer.headers.get("location", "")
    assert 'name="csrf"' not in answer.text


async def test_two_resources_at_once_are_refused(party: Party) -> None:
    await party.tokens()
    answer = await party.home.browser.get(f"/oauth/authorize?{party.query()}&resource={party.home.url}")
    assert parameters(answer)["error"] == "invalid_target"


# --- metadata documents: the fetcher must not be led astray ---

DOCUMENTS = [
    "https://127.0.0.1/client.json",
    "https://localhost/client.json",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/client.json",
    "https://[::ffff:10.0.0.1]/client.json",
    "https://10.0.0.1/client.json",
    "https://0x7f.1/client.json",
    "https://2130706433/client.json",
    "https://user:secret@example.com/client.json",
    "https://example.com/",
    "https://example.com",
    "https://example.com/a/../client.json",
    "https://example.com/client.json#part",
]


@pytest.mark.parametrize("client_id", DOCUMENTS)
async def test_a_metadata_document_at_a_dangerous_place_is_not_fetched(party: Party, client_id: str) -> None:
    answer = await party.ask(client_id=client_id)
    assert answer.status_code == 400
    assert "invalid_client" in answer.text
    assert "location" not in answer.headers


# --- consent ---


async def test_without_a_session_the_person_signs_in_first(party: Party) -> None:
    stranger = httpx2.AsyncClient(base_url=party.home.site.origin)
    answer = await party.ask(stranger)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=%2Foauth%2Fauthorize")


async def test_a_form_without_our_token_is_refused(party: Party) -> None:
    answer = await party.decide(form={"csrf": "0" * 64})
    assert answer.status_code == 403


async def test_a_token_of_another_request_is_refused(party: Party) -> None:
    other = hidden((await party.ask(state="other")).text)
    answer = await party.decide(form={"csrf": other["csrf"]})
    assert answer.status_code == 403


async def test_a_form_from_another_site_is_refused(party: Party) -> None:
    page = await party.ask()
    fields = {**hidden(page.text), "decision": "approve", "scope": ["tools:call"]}
    headers = {"Origin": "https://evil.example"}
    answer = await party.home.browser.post("/oauth/authorize", data=fields, headers=headers)
    assert answer.status_code == 403


async def test_a_form_with_another_persons_session_is_refused(party: Party) -> None:
    page = await party.ask()
    other = await party.home.site.home()
    fields = {**hidden(page.text), "decision": "approve", "scope": ["tools:call"]}
    assert (await other.browser.post("/oauth/authorize", data=fields)).status_code == 403


async def test_the_consent_page_cannot_be_framed_and_runs_no_script(party: Party) -> None:
    page = await party.ask()
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert "<script" not in page.text


async def test_a_client_cannot_write_into_the_consent_page(home: Home) -> None:
    party = await join(home, client_name="<img src=x onerror=alert(1)>")
    page = await party.ask()
    assert "<img" not in page.text
    assert "&lt;img" in page.text


async def test_a_denial_reaches_the_client(party: Party) -> None:
    back = parameters(await party.decide("deny"))
    assert back["error"] == "access_denied"
    assert back["iss"] == party.home.site.origin


async def test_allowing_no_scope_is_a_denial(party: Party) -> None:
    assert parameters(await party.decide(scopes=[]))["error"] == "access_denied"


async def test_a_scope_that_was_not_asked_for_cannot_be_added_to_the_form(party: Party) -> None:
    back = parameters(await party.decide(scopes=["tools:author", "versions:approve"], scope="tools:call"))
    assert back["error"] == "access_denied"


async def test_a_stranger_to_the_tenant_cannot_consent(party: Party) -> None:
    other = await party.home.site.home()
    page = await party.ask(other.browser)
    assert page.status_code == 403
    assert "csrf" not in page.text


async def test_a_viewer_cannot_give_away_what_a_viewer_may_not_do(party: Party) -> None:
    home = party.home
    other = await home.site.home()
    await home.add(other.user, "viewer")
    answer = await party.decide(browser=other.browser, scopes=["tools:call", "tools:author", "runs:read"])
    tokens = (await party.exchange(parameters(answer)["code"])).json()
    assert tokens["scope"] == "runs:read"


# --- the token endpoint ---

EXCHANGES: dict[str, tuple[dict[str, str | None], str]] = {
    "no code": ({"code": None}, "invalid_request"),
    "an unknown code": ({"code": "nothing"}, "invalid_grant"),
    "no verifier": ({"code_verifier": None}, "invalid_request"),
    "a wrong verifier": ({"code_verifier": "w" * 64}, "invalid_grant"),
    "a verifier that is too short": ({"code_verifier": "short"}, "invalid_request"),
    "another redirect": ({"redirect_uri": "http://127.0.0.1:4444/callback"}, "invalid_grant"),
    "no redirect": ({"redirect_uri": None}, "invalid_grant"),
    "another resource": ({"resource": "https://evil.example/t/x/mcp"}, "invalid_target"),
    "an unknown client": ({"client_id": "swi_nobody"}, "invalid_client"),
    "no client": ({"client_id": None}, "invalid_client"),
    "a secret of a public client": ({"client_secret": "guess"}, "invalid_client"),
    "no grant type": ({"grant_type": None}, "unsupported_grant_type"),
    "the password grant": ({"grant_type": "password"}, "unsupported_grant_type"),
    "the machine's grant": ({"grant_type": "client_credentials"}, "invalid_client"),
    "a hostile grant type": ({"grant_type": 'x"\\'}, "unsupported_grant_type"),
}


@pytest.mark.parametrize("attempt", EXCHANGES)
async def test_a_wrong_exchange_gives_no_token(party: Party, attempt: str) -> None:
    changes, error = EXCHANGES[attempt]
    answer = await party.exchange(await party.code(), **changes)
    assert answer.status_code in {400, 401}
    assert answer.json()["error"] == error
    assert "access_token" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_code_redeemed_six_times_at_once_works_once_and_ends_the_grant(party: Party) -> None:
    code = await party.code()
    answers = await asyncio.gather(*(party.exchange(code) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400, 400]
    assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}
    token = next(answer for answer in answers if answer.status_code == 200).json()
    assert (await party.call(token["access_token"])).status_code == 401
    assert (await party.refresh(token["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_code_of_another_client_is_refused_and_stays_good(party: Party) -> None:
    code, other = await party.code(), await join(party.home)
    other.verifier = party.verifier
    assert (await other.exchange(code)).json()["error"] == "invalid_grant"
    assert (await party.exchange(code)).status_code == 200


async def test_a_code_that_is_too_old_is_refused(party: Party) -> None:
    code = await party.code()
    async with party.home.site.database.system() as session:
        hashed = authorizations.hash_of(code)
        await session.execute(
            update(OAuthCode).where(OAuthCode.code_hash == hashed).values(expires_at=now() - timedelta(seconds=1))
        )
    assert (await party.exchange(code)).json()["error"] == "invalid_grant"


async def test_a_confidential_client_cannot_go_without_its_secret(home: Home) -> None:
    party = await join(home, token_endpoint_auth_method="client_secret_post")
    answer = await party.exchange(await party.code(), client_secret=None)
    assert answer.json()["error"] == "invalid_client"


async def test_a_confidential_client_cannot_guess_its_secret(home: Home) -> None:
    party = await join(home, token_endpoint_auth_method="client_secret_basic")
    auth = (party.client["client_id"], "guess")
    form = {"grant_type": "authorization_code", "code": await party.code(), "code_verifier": party.verifier}
    answer = await party.http.post("/oauth/token", data=form, auth=auth)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_parameters_in_json_are_no_parameters(party: Party) -> None:
    answer = await party.http.post("/oauth/token", json={"grant_type": "authorization_code"})
    assert answer.json()["error"] == "unsupported_grant_type"


# --- refresh ---


async def test_a_refresh_token_replayed_five_times_at_once_works_once_and_ends_the_grant(strict: Home) -> None:
    party = await join(strict)
    first = await party.tokens()
    answers = await asyncio.gather(*(party.refresh(first["refresh_token"]) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
    assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}
    successor = next(answer for answer in answers if answer.status_code == 200).json()
    assert (await party.refresh(successor["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.call(successor["access_token"])).status_code == 401


async def test_an_old_refresh_token_ends_the_grant_once_its_successor_was_used(party: Party) -> None:
    first = await party.tokens()
    second = (await party.refresh(first["refresh_token"])).json()
    third = (await party.refresh(second["refresh_token"])).json()
    assert (await party.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.refresh(third["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_refresh_token_of_another_client_is_refused_and_stays_good(party: Party) -> None:
    tokens, other = await party.tokens(), await join(party.home)
    assert (await other.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200


REFRESHES: dict[str, tuple[dict[str, str | None], str]] = {
    "more scope than was granted": ({"scope": "tools:call tools:author"}, "invalid_scope"),
    "another resource": ({"resource": "https://evil.example/mcp"}, "invalid_target"),
    "no token": ({"refresh_token": None}, "invalid_request"),
    "an unknown token": ({"refresh_token": "swr_nothing"}, "invalid_grant"),
}


@pytest.mark.parametrize("attempt", REFRESHES)
async def test_a_wrong_refresh_is_refused_and_leaves_the_token_good(party: Party, attempt: str) -> None:
    changes, error = REFRESHES[attempt]
    tokens = await party.tokens(scopes=["tools:call"])
    assert (await party.refresh(tokens["refresh_token"], **changes)).json()["error"] == error
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200


# --- access tokens at the resource ---


async def sign(home: Home, key: ECKey | None = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
    signer = key or await home.site.oauth.signer.ready()
    return jwt.encode(
        {"alg": "ES256", "typ": "at+jwt", "kid": signer.kid, **(header or {})}, claims_of(home, **claims), signer
    )


FORGED: dict[str, dict[str, Any]] = {
    "expired": {"exp": 1},
    "without an expiry": {"exp": None},
    "of another issuer": {"iss": "https://evil.example"},
    "for another tenant's endpoint": {"aud": "http://127.0.0.1/t/other/mcp"},
    "for the whole server": {"aud": "http://127.0.0.1"},
    "for nobody": {"aud": None},
    "of a grant that is not there": {"gid": "gra_nothing"},
}


@pytest.mark.parametrize("attempt", FORGED)
async def test_a_token_that_is_not_for_this_is_refused(party: Party, attempt: str) -> None:
    tokens = await party.tokens()
    real = await party.home.site.oauth.signer.claims(tokens["access_token"])
    assert real is not None
    forged = await sign(party.home, **{**real, **FORGED[attempt]})
    answer = await party.call(forged)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert (await party.call(tokens["access_token"])).status_code == 200


async def test_a_token_signed_with_another_key_is_refused(party: Party) -> None:
    real = await party.home.site.oauth.signer.ready()
    key = ECKey.generate_key("P-256", parameters={"kid": real.kid or ""})
    assert (await party.call(await sign(party.home, key))).status_code == 401


async def test_an_id_token_is_no_access_token(party: Party) -> None:
    assert (await party.call(await sign(party.home, header={"typ": "JWT"}))).status_code == 401


async def test_a_token_without_a_signature_is_refused(party: Party) -> None:
    tokens = await party.tokens()
    head, body, _ = tokens["access_token"].split(".")
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0"
    for forged in (f"{head}.{body}.", f"{unsigned}.{body}.", f"{head}.{body}.AAAA"):
        assert (await party.call(forged)).status_code == 401


@pytest.mark.parametrize("token", ["nonsense", "sw_nothing", "a.b.c", "x", "swr_refresh", "ses_cookie"])
async def test_what_is_no_token_is_refused(party: Party, token: str) -> None:
    assert (await party.call(token)).status_code == 401


async def test_a_refresh_token_opens_nothing(party: Party) -> None:
    assert (await party.call((await party.tokens())["refresh_token"])).status_code == 401


async def test_a_token_of_one_tenant_opens_no_other(party: Party) -> None:
    tokens, other = await party.tokens(), await party.home.site.home()
    answer = await party.call(tokens["access_token"], other.url)
    assert answer.status_code == 401
    assert f"/t/{other.tenant.slug}/mcp" in answer.headers["www-authenticate"]


async def test_a_key_of_one_tenant_opens_no_other(party: Party) -> None:
    other = await party.home.site.home()
    assert (await party.call(party.home.key, other.url)).status_code == 401


async def test_a_token_in_the_query_is_not_looked_at(party: Party) -> None:
    tokens = await party.tokens()
    answer = await party.http.post(f"{party.home.url}?access_token={tokens['access_token']}", json={})
    assert answer.status_code == 401


async def test_no_token_gives_a_challenge_without_an_error(party: Party) -> None:
    answer = await party.http.post(party.home.url, json={})
    challenge = answer.headers["www-authenticate"]
    assert answer.status_code == 401
    assert "error=" not in challenge
    assert "/.well-known/oauth-protected-resource/t/" in challenge
    assert "scope=" in challenge


async def test_a_missing_scope_is_named(party: Party) -> None:
    tokens = await party.tokens(scopes=["runs:read"])
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    call: dict[str, Any] = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "echo", "arguments": {}},
    }
    answer = await party.http.post(party.home.url, json=call, headers=headers)
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert 'scope="tools:call"' in answer.headers["www-authenticate"]


async def test_a_member_who_leaves_takes_their_agents_along(party: Party) -> None:
    home = party.home
    other = await home.site.home()
    await home.add(other.user, "author")
    code = parameters(await party.decide(browser=other.browser))["code"]
    token = (await party.exchange(code)).json()["access_token"]
    assert (await party.call(token)).status_code == 200
    async with home.site.database.unit(home.tenant.id) as session:
        await members.remove(session, home.owner, other.user.id)
    assert (await party.call(token)).status_code == 401


async def test_an_agent_that_is_disconnected_is_out_at_once(party: Party) -> None:
    home, tokens = party.home, await party.tokens()
    assert (await party.call(tokens["access_token"])).status_code == 200
    async with home.site.database.unit(home.tenant.id) as session:
        [(grant, _, _)] = await clients.list_agents(session, home.owner)
        await clients.revoke(session, home.owner, grant.id)
    assert (await party.call(tokens["access_token"])).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_key_that_is_rotated_out_still_checks_and_an_unknown_one_does_not(party: Party) -> None:
    tokens = await party.tokens()
    await party.home.site.oauth.signer.rotate()
    assert (await party.call((await party.tokens())["access_token"])).status_code == 200
    assert (await party.call(tokens["access_token"])).status_code == 200


# --- registration ---

REGISTRATIONS: dict[str, tuple[Any, str]] = {
    "a list": ([], "invalid_client_metadata"),
    "nothing": ({}, "invalid_redirect_uri"),
    "no redirect": ({"redirect_uris": []}, "invalid_redirect_uri"),
    "a script": ({"redirect_uris": ["javascript://x/%0aalert(1)"]}, "invalid_redirect_uri"),
    "data": ({"redirect_uris": ["data:text/html,x"]}, "invalid_redirect_uri"),
    "a file": ({"redirect_uris": ["file:///etc/passwd"]}, "invalid_redirect_uri"),
    "plain http": ({"redirect_uris": ["http://evil.example/cb"]}, "invalid_redirect_uri"),
    "a private address on plain http": ({"redirect_uris": ["http://10.0.0.1/cb"]}, "invalid_redirect_uri"),
    "a name that begins like localhost": (
        {"redirect_uris": ["http://localhost.evil.example/"]},
        "invalid_redirect_uri",
    ),
    "a fragment": ({"redirect_uris": ["https://a.example/cb#x"]}, "invalid_redirect_uri"),
    "a password": ({"redirect_uris": ["https://a:b@a.example/cb"]}, "invalid_redirect_uri"),
    "no host": ({"redirect_uris": ["https:///cb"]}, "invalid_redirect_uri"),
    "a relative path": ({"redirect_uris": ["/cb"]}, "invalid_redirect_uri"),
    "a number": ({"redirect_uris": [5]}, "invalid_redirect_uri"),
    "a text": ({"redirect_uris": "https://a.example/cb"}, "invalid_redirect_uri"),
    "a hundred": ({"redirect_uris": ["https://a.example/cb"] * 100}, "invalid_redirect_uri"),
    "the password grant": ({"redirect_uris": [REDIRECT], "grant_types": ["password"]}, "invalid_client_metadata"),
    "the machine's grant": (
        {"redirect_uris": [REDIRECT], "grant_types": ["client_credentials"]},
        "invalid_client_metadata",
    ),
    "the implicit response": ({"redirect_uris": [REDIRECT], "response_types": ["token"]}, "invalid_client_metadata"),
    "an unknown method": (
        {"redirect_uris": [REDIRECT], "token_endpoint_auth_method": "tls_client_auth"},
        "invalid_client_metadata",
    ),
}


@pytest.mark.parametrize("attempt", REGISTRATIONS)
async def test_a_registration_that_is_not_sound_is_refused(home: Home, attempt: str) -> None:
    body, error = REGISTRATIONS[attempt]
    async with httpx2.AsyncClient(base_url=home.site.origin) as http:
        answer = await http.post("/oauth/register", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"] == error


async def test_registering_too_often_is_put_off(tmp_path: Path) -> None:
    database = await new_database(tmp_path)
    async with serving(database, registrations=3) as site, httpx2.AsyncClient(base_url=site.origin) as http:
        answers = [await http.post("/oauth/register", json={"redirect_uris": [REDIRECT]}) for _ in range(5)]
    await database.close()
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 61


async def test_a_registration_is_not_readable_with_another_ones_token(party: Party) -> None:
    other = await join(party.home)
    headers = {"Authorization": f"Bearer {other.client['registration_access_token']}"}
    assert (await party.http.get(party.client["registration_client_uri"], headers=headers)).status_code == 401
    assert (await party.http.delete(party.client["registration_client_uri"])).status_code == 401


async def test_a_registration_cannot_ask_for_more_scope_than_agents_can_have(home: Home) -> None:
    party = await join(home, scope="tools:call versions:approve tenant:manage")
    assert party.client["scope"] == "tools:call"


# --- revocation, introspection, devices, machines ---


async def test_a_client_cannot_revoke_another_ones_token(party: Party) -> None:
    tokens, other = await party.tokens(), await join(party.home)
    given = {"client_id": other.client["client_id"], "token": tokens["refresh_token"]}
    assert (await party.http.post("/oauth/revoke", data=given)).status_code == 200
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200


async def test_revoking_asks_who_is_calling(party: Party) -> None:
    answer = await party.http.post("/oauth/revoke", data={"token": "x"})
    assert answer.json()["error"] == "invalid_client"


async def test_introspection_is_for_clients_with_a_secret_about_their_own_tokens(home: Home) -> None:
    party, other = await join(home), await join(home, token_endpoint_auth_method="client_secret_basic")
    tokens = await party.tokens()
    mine = {"client_id": party.client["client_id"], "token": tokens["access_token"]}
    assert (await party.http.post("/oauth/introspect", data=mine)).json()["error"] == "invalid_client"
    auth = (other.client["client_id"], other.client["client_secret"])
    answer = await party.http.post("/oauth/introspect", data={"token": tokens["access_token"]}, auth=auth)
    assert answer.json() == {"active": False}


async def test_a_device_code_of_another_client_is_refused(home: Home) -> None:
    grants = [registration.DEVICE_GRANT, "refresh_token"]
    party, other = await join(home, grant_types=grants), await join(home, grant_types=grants)
    asked = {"client_id": party.client["client_id"], "resource": home.url}
    device = (await party.http.post("/oauth/device_authorization", data=asked)).json()
    answer = await other.token(grant_type=registration.DEVICE_GRANT, device_code=device["device_code"])
    assert answer.json()["error"] in {"unauthorized_client", "invalid_grant", "invalid_request"}


async def test_a_client_that_did_not_register_for_devices_cannot_start_one(party: Party) -> None:
    given = {"client_id": party.client["client_id"]}
    answer = await party.http.post("/oauth/device_authorization", data=given)
    assert answer.json()["error"] == "unauthorized_client"


async def test_a_denied_device_is_told_so(home: Home) -> None:
    party = await join(home, grant_types=[registration.DEVICE_GRANT])
    asked = {"client_id": party.client["client_id"], "resource": home.url}
    device = (await party.http.post("/oauth/device_authorization", data=asked)).json()
    page = await home.browser.get("/oauth/device", params={"user_code": device["user_code"]})
    await home.browser.post("/oauth/device", data={**hidden(page.text), "decision": "deny"})
    answer = await party.token(grant_type=registration.DEVICE_GRANT, device_code=device["device_code"])
    assert answer.json()["error"] == "access_denied"


async def test_a_machine_gets_no_more_than_it_was_given(home: Home) -> None:
    async with home.site.database.system() as session:
        client, secret = await clients.create(session, home.owner, name="CI", scopes=["runs:read"], resource=home.url)
    async with httpx2.AsyncClient(base_url=home.site.origin) as http:
        for extra, error in (
            ({"scope": "tools:author"}, "invalid_scope"),
            ({"scope": "versions:approve"}, "invalid_scope"),
            ({"resource": "https://evil.example/mcp"}, "invalid_target"),
        ):
            given = {"grant_type": "client_credentials", **extra}
            answer = await http.post("/oauth/token", data=given, auth=(client.client_id, secret))
            assert answer.json()["error"] == error


async def test_a_machine_whose_access_was_ended_gets_no_token(home: Home) -> None:
    async with home.site.database.system() as session:
        client, secret = await clients.create(session, home.owner, name="CI", scopes=["runs:read"], resource=home.url)
        await session.execute(update(OAuthGrant).where(OAuthGrant.client_ref == client.id).values(revoked_at=now()))
    async with httpx2.AsyncClient(base_url=home.site.origin) as http:
        given = {"grant_type": "client_credentials"}
        answer = await http.post("/oauth/token", data=given, auth=(client.client_id, secret))
    assert answer.json()["error"] == "invalid_grant"


async def test_a_viewer_cannot_make_a_machine(home: Home) -> None:
    from tenants.base.errors import NotAllowedError

    user, _ = await accounts.sign_up(
        home.site.database, email=f"v{secrets.token_hex(4)}@x.example", password=PASSWORD, name="V", tenant_name="V"
    )
    await home.add(user, "viewer")
    viewer = await accounts.actor_for(home.site.database, user, home.tenant.slug)
    async with home.site.database.system() as session:
        with pytest.raises(NotAllowedError):
            await clients.create(session, viewer, name="CI", scopes=["runs:read"], resource=home.url)


async def test_the_metadata_of_a_tenant_that_is_not_there_is_not_there(home: Home) -> None:
    async with httpx2.AsyncClient(base_url=home.site.origin) as http:
        assert (await http.get("/.well-known/oauth-protected-resource/t/nobody-here/mcp")).status_code == 404
        assert (await http.post("/t/nobody-here/mcp", json={})).status_code == 404
