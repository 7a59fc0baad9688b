"""Signing in to the dashboard by a tenant's OpenID Connect provider, against a real provider over HTTP."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from sqlalchemy import make_url

from api.edge.throttle import Throttle
from api.oauth.openid import OpenId
from tenants.base.db import Database
from tests.api.oauth.house import PASSWORD, Company, House, opened, visit
from tests.api.oauth.provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Person,
    Provider,
    garbage,
    keyed_by_the_public_key,
    nothing,
    providing,
    signed_by_another,
    unsigned,
)
from tests.api.site import new_database


@pytest.fixture(scope="module")
async def serving() -> AsyncGenerator[Provider]:
    async with providing() as running:
        yield running


@pytest.fixture(scope="module")
async def building(serving: Provider, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    folder = tmp_path_factory.mktemp("house")
    database = await new_database(folder)
    async with opened(database, folder, serving) as running:
        yield running
    await database.close()


@pytest.fixture
def provider(serving: Provider) -> Provider:
    serving.behave()
    return serving


@pytest.fixture
def house(building: House, provider: Provider) -> House:
    """The house as it was opened: it has heard of no provider, and nobody knocked."""
    del provider
    building.oauth.openid = OpenId(building.oauth.documents.egress)
    building.oauth.departures = Throttle(often=60, seconds=300.0)
    return building


@pytest.fixture
async def acme(house: House, provider: Provider) -> Company:
    """A tenant that trusts the provider, and makes newcomers authors."""
    company = await house.company()
    answer = await company.trust(provider)
    assert answer.status_code == 200, answer.text
    return company


def called(provider: Provider, name: str) -> str:
    """Let another person be signed in at the provider, as all tests share the product's accounts."""
    provider.person = Person(subject=f"sub-{name}", email=f"{name}@acme.example")
    return provider.person.email


def refused(answer: httpx2.Response, code: str, status: int = 403) -> None:
    """A page for a person, with a word for the one who helps them, and no session."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), answer.text
    assert f"Error: {code}<" in answer.text
    assert "set-cookie" not in answer.headers


async def test_somebody_new_signs_in_and_is_an_author_of_that_tenant(
    database: Database, provider: Provider, tmp_path: Path
) -> None:
    async with opened(database, tmp_path, provider) as house:
        acme = await house.company()
        assert (await acme.trust(provider)).status_code == 200
        ann = visit(acme)
        leaving = await ann.leave("?next=/tenants/x/runs")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(leaving).query).items()}
        assert asked["redirect_uri"] == f"{house.origin}/t/{acme.slug}/sign-in/okta/callback"
        answer = await ann.arrive(await ann.consent(leaving))
        assert (answer.status_code, answer.headers["location"]) == (303, "/tenants/x/runs")
        session = await ann.session()
        assert session is not None
        assert (session["user"]["email"], session["user"]["name"]) == ("ann@acme.example", "Ann Acme")
        assert [(one["slug"], one["role"]) for one in session["tenants"]] == [(acme.slug, "author")]
        again = visit(acme)
        assert (await again.whole()).headers["location"] == f"/tenants/{acme.slug}/tools"
        assert (await again.session() or {})["user"]["id"] == session["user"]["id"]
        happened = [event["action"] for event in await acme.audit()]
        assert happened == [
            "session.opened",
            "session.opened",
            "member.joined",
            "identity_provider.added",
            "tenant.created",
        ]
        opened_by = (await acme.audit())[0]
        assert opened_by["actor"]["label"] == "ann@acme.example"
        assert opened_by["details"]["issuer"] == provider.issuer


async def test_the_sign_in_page_learns_the_ways_in_and_no_more(acme: Company) -> None:
    stranger = httpx2.AsyncClient(base_url=acme.house.origin)
    found = (await stranger.get(f"{acme.api}/sign-in")).json()
    assert found == {"providers": [{"title": "Acme staff", "url": f"/t/{acme.slug}/sign-in/okta"}]}
    assert (await stranger.get("/api/v1/tenants/nobody-here/sign-in")).json() == {"providers": []}
    link = await stranger.get(f"/t/{acme.slug}/sign-in?next=/tenants")
    assert (link.status_code, link.headers["location"]) == (303, f"/login?tenant={acme.slug}&next=%2Ftenants")


async def test_a_member_who_signed_up_is_recognised_and_keeps_the_role(house: House, provider: Provider) -> None:
    email = called(provider, "bea")
    company = await house.company(email=email)
    assert (await company.trust(provider, newcomer_role=None)).status_code == 200
    ann = visit(company)
    assert (await ann.whole()).status_code == 303
    session = await ann.session()
    assert [(one["slug"], one["role"]) for one in (session or {})["tenants"]] == [(company.slug, "owner")]
    # From now on by the subject: the address may change there.
    provider.person.email = "bea.married@acme.example"
    again = visit(company)
    assert (await again.whole()).status_code == 303
    assert (await again.session() or {})["user"] == (session or {})["user"]


async def test_a_providers_word_counts_in_its_own_tenant_only(house: House, provider: Provider) -> None:
    """The same person owns two tenants; the provider of one of them opens that one alone."""
    email = called(provider, "cleo")
    mine = await house.company(email=email)
    evil = await house.company()
    await evil.add(email, "viewer", mine.owner)
    assert (await evil.trust(provider, newcomer_role=None)).status_code == 200
    intruder = visit(evil)
    assert (await intruder.whole()).status_code == 303
    session = await intruder.session() or {}
    assert [one["slug"] for one in session["tenants"]] == [evil.slug]
    for path in ("", "/tools", "/members", "/runs", "/audit", "/api-keys", "/secrets", "/identity-providers"):
        answer = await intruder.browser.get(f"{mine.api}{path}")
        assert answer.status_code == 404, path
    answer = await intruder.browser.post(f"{mine.api}/api-keys", json={"name": "k", "scopes": ["tools:call"]})
    assert answer.status_code == 404
    # The password opens both, as ever.
    both = house.browser()
    await both.post("/api/v1/session", json={"email": email, "password": PASSWORD})
    assert len((await both.get("/api/v1/session")).json()["tenants"]) == 2


async def test_a_session_of_one_tenants_provider_consents_for_no_other(house: House, provider: Provider) -> None:
    email = called(provider, "dora")
    mine = await house.company(email=email)
    evil = await house.company()
    await evil.add(email, "viewer", mine.owner)
    await evil.trust(provider)
    intruder = visit(evil)
    await intruder.whole()
    redirect = "http://127.0.0.1:3333/callback"
    registered = await intruder.browser.post(
        "/oauth/register", json={"redirect_uris": [redirect], "token_endpoint_auth_method": "none"}
    )
    asked = {
        "response_type": "code",
        "client_id": registered.json()["client_id"],
        "redirect_uri": redirect,
        "code_challenge": "a" * 43,
        "code_challenge_method": "S256",
    }
    for resource, status in ((f"{house.origin}/t/{mine.slug}/mcp", 403), (f"{house.origin}/t/{evil.slug}/mcp", 200)):
        page = await intruder.browser.get(f"/oauth/authorize?{urlencode({**asked, 'resource': resource})}")
        assert page.status_code == status, page.text
    unnamed = await intruder.browser.get(f"/oauth/authorize?{urlencode(asked)}")
    assert evil.slug in unnamed.text
    assert mine.slug not in unnamed.text


async def test_an_address_taken_by_a_stranger_neither_lets_them_in_nor_keeps_its_owner_out(
    house: House, provider: Provider
) -> None:
    """Nobody proves an address when signing up. Whoever took Ann's first gets nothing of Ann's."""
    email = called(provider, "edda")
    await house.company(slug="squatter", email=email)
    acme = await house.company()
    await acme.trust(provider)
    ann = visit(acme)
    assert (await ann.whole()).status_code == 303
    assert [one["slug"] for one in (await ann.session() or {})["tenants"]] == [acme.slug]
    squatter = house.browser()
    await squatter.post("/api/v1/session", json={"email": email, "password": PASSWORD})
    assert [one["slug"] for one in (await squatter.get("/api/v1/session")).json()["tenants"]] == ["squatter"]
    assert (await squatter.get(f"{acme.api}/tools")).status_code == 404


async def test_a_provider_takes_no_address_away(house: House, provider: Provider) -> None:
    """An account that a tenant's provider made is that tenant's own: nobody else's sign-up or members know it."""
    email = called(provider, "fay")
    acme = await house.company()
    await acme.trust(provider)
    await visit(acme).whole()
    other = await house.company()
    await other.owner.post(f"{other.api}/members", json={"email": email, "role": "owner"})
    assert email not in await other.members()
    assert (await visit(other).browser.get(f"{other.api}/tools")).status_code == 401
    await house.company(slug="the-real-ann", email=email)
    password = await house.browser().post("/api/v1/session", json={"email": email, "password": PASSWORD})
    assert [one["slug"] for one in password.json()["tenants"]] == ["the-real-ann"]


async def test_who_was_removed_does_not_come_back_by_the_provider(acme: Company) -> None:
    ann = visit(acme)
    await ann.whole()
    user_id = (await ann.session() or {})["user"]["id"]
    assert (await acme.owner.delete(f"{acme.api}/members/{user_id}")).status_code == 204
    assert (await ann.browser.get(f"{acme.api}/tools")).status_code == 404
    refused(await visit(acme).whole(), "not_a_member")
    # An owner can add them again; it is the same account.
    person = {"email": "ann@acme.example", "role": "viewer"}
    assert (await acme.owner.post(f"{acme.api}/members", json=person)).status_code == 202
    again = visit(acme)
    assert (await again.whole()).status_code == 303
    assert (await again.session() or {})["user"]["id"] == user_id


async def test_an_address_that_was_given_to_somebody_else_does_not_inherit_the_account(
    acme: Company, provider: Provider
) -> None:
    await visit(acme).whole()
    provider.person = Person(subject="sub-2", name="Another Ann")
    refused(await visit(acme).whole(), "bound_to_another")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"verified": False}, "email_not_verified"),
        ({"verified": None}, "email_not_verified"),
        ({"verified": "yes"}, "email_not_verified"),
        ({"verified": 1.5}, "email_not_verified"),
        ({"email": "ann@elsewhere.example"}, "domain_not_allowed"),
        ({"email": "ann@acme.example.evil.example"}, "domain_not_allowed"),
        ({"email": "ann@sub.acme.example"}, "domain_not_allowed"),
        ({"email": "ann@evil.example@acme.example"}, "email_missing"),
        ({"email": ""}, "email_missing"),
        ({"subject": ""}, "wrong_sub"),
        ({"subject": "s" * 256}, "wrong_sub"),
    ],
)
async def test_who_is_not_vouched_for_stays_outside(
    acme: Company, provider: Provider, changes: dict[str, Any], code: str
) -> None:
    provider.person = Person(**changes)
    refused(await visit(acme).whole(), code)
    assert list(await acme.members()) == [f"owner@{acme.slug}.example"]


async def test_without_a_role_for_newcomers_members_alone_come_in(acme: Company, provider: Provider) -> None:
    await acme.trust(provider, newcomer_role=None)
    refused(await visit(acme).whole(), "not_a_member")


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [
        ({"nonce": "another"}, "wrong_nonce"),
        ({"nonce": None}, "wrong_nonce"),
        ({"aud": "another-client"}, "wrong_aud"),
        ({"aud": ["another-client", CLIENT_ID], "azp": "another-client"}, "wrong_azp"),
        ({"aud": ["another-client", CLIENT_ID]}, "wrong_azp"),
        ({"aud": None}, "wrong_aud"),
        ({"iss": "https://evil.example"}, "wrong_iss"),
        ({"iss": "ISSUER/"}, "wrong_iss"),
        ({"exp": -120}, "token_expired"),
        ({"exp": None}, "wrong_exp"),
        ({"iat": 600}, "wrong_iat"),
        ({"nbf": 600}, "wrong_nbf"),
        ({"at_hash": "wrong"}, "wrong_at_hash"),
        ({"sub": None}, "wrong_sub"),
        ({"sub": 7}, "wrong_sub"),
    ],
)
async def test_an_id_token_that_says_something_else_is_not_believed(
    acme: Company, provider: Provider, spoiled: dict[str, Any], code: str
) -> None:
    provider.spoiled = spoiled
    refused(await visit(acme).whole(), code)


@pytest.mark.parametrize("sign", [unsigned, keyed_by_the_public_key, signed_by_another, garbage])
async def test_an_id_token_that_the_providers_keys_did_not_sign_is_not_believed(
    acme: Company, provider: Provider, sign: Callable[[Provider, dict[str, Any]], str]
) -> None:
    provider.sign = sign
    refused(await visit(acme).whole(), "bad_token")


async def test_a_shared_key_among_the_providers_keys_signs_nothing(acme: Company, provider: Provider) -> None:
    provider.published = [{"kty": "oct", "k": "c2VjcmV0", "kid": "k"}]
    refused(await visit(acme).whole(), "provider_broken", 502)


async def test_no_id_token_is_no_sign_in(acme: Company, provider: Provider) -> None:
    provider.sign = nothing
    refused(await visit(acme).whole(), "no_id_token")


async def test_a_providers_new_key_is_found(acme: Company, provider: Provider) -> None:
    assert (await visit(acme).whole()).status_code == 303
    provider.rotate()
    # At most once in ten seconds do we look again.
    refused(await visit(acme).whole(), "bad_token")
    for known in acme.house.oauth.openid._providers.values():  # pyright: ignore[reportPrivateUsage] - instead of waiting
        known.looked -= 60
    assert (await visit(acme).whole()).status_code == 303
    assert provider.asked.count("jwks") == 2


async def test_a_state_is_good_once(acme: Company) -> None:
    ann = visit(acme)
    back = await ann.consent(await ann.leave())
    assert (await ann.arrive(back)).status_code == 303
    refused(await ann.arrive(back), "state_unknown", 400)


async def test_a_state_is_good_in_its_own_browser_only(acme: Company) -> None:
    """Login CSRF: an attacker's half-done sign-in, finished in the victim's browser."""
    attacker, victim = visit(acme), visit(acme)
    back = await attacker.consent(await attacker.leave())
    refused(await victim.arrive(back), "state_unknown", 400)
    await victim.leave()  # even while the victim is signing in on their own
    refused(await victim.arrive(back), "state_unknown", 400)
    assert await victim.session() is None


@pytest.mark.parametrize("state", ["", "made-up", "x" * 5000])
async def test_a_state_that_we_never_gave_is_refused(acme: Company, provider: Provider, state: str) -> None:
    ann = visit(acme)
    await ann.leave()
    query = urlencode({"code": "c", "state": state})
    refused(await ann.arrive(f"/t/{acme.slug}/sign-in/okta/callback?{query}"), "state_unknown", 400)
    assert provider.redeemed == []


async def test_a_code_of_another_sign_in_is_not_redeemed(acme: Company, provider: Provider) -> None:
    """Code injection: PKCE and the nonce bind a code to the sign-in that asked for it."""
    stolen, ann = visit(acme), visit(acme)
    theirs = parse_qs(urlsplit(await stolen.consent(await stolen.leave())).query)["code"][0]
    back = await ann.consent(await ann.leave())
    state = parse_qs(urlsplit(back).query)["state"][0]
    query = urlencode({"code": theirs, "state": state})
    refused(await ann.arrive(f"/t/{acme.slug}/sign-in/okta/callback?{query}"), "refused_by_provider")
    assert len(provider.redeemed) == 1


async def test_an_answer_meant_for_another_provider_is_refused(house: House, acme: Company, provider: Provider) -> None:
    """Mix-up: each provider has an address of its own, and an answer names who sent it."""
    assert (await acme.trust(provider, name="second", title="Second")).status_code == 200
    ann = visit(acme)
    back = await ann.consent(await ann.leave())
    refused(await ann.arrive(back.replace("/okta/", "/second/")), "state_unknown", 400)
    other = await house.company()
    await other.trust(provider)
    refused(await ann.arrive(back.replace(f"/{acme.slug}/", f"/{other.slug}/")), "state_unknown", 400)
    provider.response = {"iss": "https://evil.example"}
    refused(await visit(acme).whole(), "wrong_issuer")
    provider.response = {}
    provider.described = {"authorization_response_iss_parameter_supported": True}
    await acme.trust(provider)
    refused(await visit(acme).whole(), "wrong_issuer")
    provider.response = {"iss": provider.issuer}
    assert (await visit(acme).whole()).status_code == 303


async def test_a_refusal_of_the_provider_is_said_plainly(acme: Company, provider: Provider) -> None:
    provider.response = {"code": None, "error": "access_denied", "error_description": "<script>alert(1)</script>"}
    answer = await visit(acme).whole()
    refused(answer, "refused_by_provider")
    assert "script" not in answer.text
    provider.response, provider.refuses = {}, "invalid_client"
    refused(await visit(acme).whole(), "refused_by_provider")
    provider.refuses, provider.response = None, {"code": None}
    refused(await visit(acme).whole(), "refused_by_provider")


async def test_an_address_told_at_the_userinfo_endpoint_counts_when_it_is_about_the_same_person(
    acme: Company, provider: Provider
) -> None:
    provider.thin = True
    ann = visit(acme)
    assert (await ann.whole()).status_code == 303
    assert (await ann.session() or {})["user"]["email"] == "ann@acme.example"
    provider.userinfo_subject = "sub-of-somebody-else"
    refused(await visit(acme).whole(), "wrong_sub")


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/a b", "javascript:x"]
)
async def test_nobody_is_sent_to_a_stranger_afterwards(acme: Company, wanted: str) -> None:
    answer = await visit(acme).whole(f"?{urlencode({'next': wanted})}")
    assert answer.headers["location"] == f"/tenants/{acme.slug}/tools"


@pytest.mark.parametrize("path", ["nobody/sign-in/okta", "{slug}/sign-in/nothing", "{slug}/sign-in/nothing/callback"])
async def test_what_is_not_there_is_a_page_that_says_so(acme: Company, path: str) -> None:
    refused(await acme.house.browser().get(f"/t/{path.format(slug=acme.slug)}"), "not_found", 404)


async def test_removing_a_provider_signs_out_whom_it_signed_in(acme: Company) -> None:
    ann = visit(acme)
    await ann.whole()
    assert (await ann.browser.get(f"{acme.api}/tools")).status_code == 200
    assert (await acme.owner.delete(f"{acme.api}/identity-providers/okta")).status_code == 204
    assert (await ann.browser.get(f"{acme.api}/tools")).status_code == 401
    assert (await acme.owner.get(f"{acme.api}/tools")).status_code == 200
    assert (await acme.audit())[0]["action"] == "identity_provider.removed"


async def test_removing_a_provider_takes_back_whom_its_people_have_invited(acme: Company, provider: Provider) -> None:
    mail = called(provider, "ida")
    ida = visit(acme)
    await ida.whole()
    member = f"{acme.api}/members/{(await acme.members())[mail]['user_id']}"
    assert (await acme.owner.patch(member, json={"role": "owner"})).status_code == 200
    body = {"email": "hal@guests.example", "role": "owner"}
    assert (await ida.browser.post(f"{acme.api}/invitations", json=body)).status_code == 201
    assert (await acme.owner.delete(f"{acme.api}/identity-providers/okta")).status_code == 204
    assert (await acme.owner.get(f"{acme.api}/invitations")).json()["items"] == []


async def test_removing_a_provider_ends_who_is_a_member_by_its_word_alone(house: House, provider: Provider) -> None:
    """Their keys and agents would have gone on, with nobody left who says who they are."""
    mail = called(provider, "ines")
    acme = await house.company()
    await acme.trust(provider)
    await acme.trust(provider, "other", title="Other")
    ines = visit(acme)
    await ines.whole()
    by_password = await house.company(email="pat@acme.example")
    await acme.add("pat@acme.example", "author", by_password.owner)
    keys: list[httpx2.AsyncClient] = []
    for browser in (ines.browser, by_password.owner):
        made = await browser.post(f"{acme.api}/api-keys", json={"name": "k", "scopes": ["tools:call"]})
        headers = {"Authorization": f"Bearer {made.json()['token']}"}
        keys.append(httpx2.AsyncClient(base_url=house.origin, headers=headers))
    assert (await acme.owner.delete(f"{acme.api}/identity-providers/other")).status_code == 204
    assert [(await key.get(f"{acme.api}/tools")).status_code for key in keys] == [200, 200]
    assert (await acme.owner.delete(f"{acme.api}/identity-providers/okta")).status_code == 204
    assert [(await key.get(f"{acme.api}/tools")).status_code for key in keys] == [401, 200]
    assert mail not in await acme.members()
    # It is set up again, and somebody comes with the same address: nothing of before is theirs.
    await acme.trust(provider)
    assert [(await key.get(f"{acme.api}/tools")).status_code for key in keys] == [401, 200]


async def test_a_session_that_a_provider_opened_ends_with_sign_out(acme: Company) -> None:
    ann = visit(acme)
    await ann.whole()
    kept = ann.token
    assert (await ann.browser.delete("/api/v1/session")).status_code == 204
    ann.browser.cookies.set("sealwright_session", kept)
    assert await ann.session() is None


async def test_no_answer_and_no_row_shows_the_clients_secret(acme: Company, provider: Provider) -> None:
    listed = await acme.owner.get(f"{acme.api}/identity-providers")
    entry = listed.json()["items"][0]
    assert entry["redirect_uri"] == f"{acme.house.origin}/t/{acme.slug}/sign-in/okta/callback"
    assert entry["issuer"] == provider.issuer
    assert CLIENT_SECRET not in listed.text
    folder = Path(str(make_url(acme.house.database.url).database)).parent
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert provider.issuer.encode() in kept
    assert CLIENT_SECRET.encode() not in kept
    assert CLIENT_SECRET not in str(await acme.audit())
    # Left out, it stays as it is, and goes on working.
    assert (await acme.trust(provider, client_secret=None, title="Renamed")).status_code == 200
    assert (await visit(acme).whole()).status_code == 303


async def test_a_new_issuer_needs_its_own_secret_and_knows_nobody(
    acme: Company, provider: Provider, tmp_path: Path
) -> None:
    ann = visit(acme)
    await ann.whole()
    async with providing() as other:
        place = urlsplit(other.issuer).netloc
        acme.house.oauth.documents.egress._opened |= {place}  # pyright: ignore[reportPrivateUsage] - the operator's setting, changed while it runs
        kept = await acme.trust(other, client_secret=None)
        assert kept.status_code == 422
        assert kept.json()["problems"][0]["path"] == "/client_secret"
        assert (await acme.trust(other)).status_code == 200
        assert (await ann.browser.get(f"{acme.api}/tools")).status_code == 401
        # The new issuer's "sub-1" is not the old one's: the same address at a new issuer is introduced anew.
        assert (await visit(acme).whole()).status_code == 303
    assert provider.issuer != other.issuer


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"issuer": "ftp://acme.example"}, "/issuer"),
        ({"issuer": "https://user@acme.example"}, "/issuer"),
        ({"issuer": "https://acme.example?x=1"}, "/issuer"),
        ({"issuer": "not a url"}, "/issuer"),
        ({"email_domains": []}, "/email_domains"),
        ({"email_domains": ["*"]}, "/email_domains"),
        ({"email_domains": ["*.acme.example"]}, "/email_domains"),
        ({"email_domains": ["com"]}, "/email_domains"),
        ({"email_domains": ["ann@acme.example"]}, "/email_domains"),
        ({"newcomer_role": "owner"}, "/newcomer_role"),
        ({"title": ""}, "/title"),
        ({"client_id": ""}, "/client_id"),
        ({"client_secret": None}, "/client_secret"),
        # Whatever it leads to, it is never asked.
        ({"issuer": "http://169.254.169.254"}, "/issuer"),
        ({"issuer": "https://169.254.169.254"}, "/issuer"),
        ({"issuer": "https://127.0.0.1:1"}, "/issuer"),
        ({"issuer": "https://localhost:1"}, "/issuer"),
        ({"issuer": "https://[::ffff:10.0.0.1]"}, "/issuer"),
    ],
)
async def test_what_cannot_be_a_provider_is_refused_with_its_place(
    house: House, provider: Provider, changes: dict[str, Any], path: str
) -> None:
    company = await house.company()
    answer = await company.trust(provider, **changes)
    assert answer.status_code == 422, answer.text
    assert path in {problem["path"] for problem in answer.json()["problems"]}


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://169.254.169.254/token"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"padding": "x" * (300 << 10)},
    ],
)
async def test_a_provider_that_describes_itself_wrongly_is_refused(
    house: House, provider: Provider, described: dict[str, Any]
) -> None:
    company = await house.company()
    provider.described = described
    answer = await company.trust(provider)
    assert answer.status_code == 422, answer.text
    assert answer.json()["problems"][0]["path"] == "/issuer"


async def test_a_provider_whose_endpoints_moved_to_a_private_address_is_not_asked(
    house: House, acme: Company, provider: Provider
) -> None:
    house.oauth.openid = OpenId(house.oauth.documents.egress)
    provider.described = {"token_endpoint": "https://127.0.0.1:1/token"}
    refused(await visit(acme).whole(), "address_refused", 502)


async def test_a_provider_that_is_gone_is_said_to_be(house: House) -> None:
    company = await house.company()
    async with providing() as short:
        house.oauth.documents.egress._opened |= {urlsplit(short.issuer).netloc}  # pyright: ignore[reportPrivateUsage] - the operator's setting, changed while it runs
        assert (await company.trust(short)).status_code == 200
    house.oauth.openid = OpenId(house.oauth.documents.egress)
    refused(await house.browser().get(f"/t/{company.slug}/sign-in/okta"), "provider_unreachable", 502)


async def test_only_who_may_do_everything_decides_who_may_sign_in(acme: Company, provider: Provider) -> None:
    ann = visit(acme)
    await ann.whole()  # an author
    theirs = Company(acme.house, acme.slug, ann.browser)
    assert (await theirs.trust(provider)).status_code == 403
    assert (await ann.browser.delete(f"{acme.api}/identity-providers/okta")).status_code == 403
    assert (await ann.browser.get(f"{acme.api}/identity-providers")).status_code == 403
    # A key with the tenant's settings alone would be a way to become an approver.
    made = await acme.owner.post(f"{acme.api}/api-keys", json={"name": "k", "scopes": ["tenant:manage"]})
    bearer = {"Authorization": f"Bearer {made.json()['token']}"}
    machine = Company(acme.house, acme.slug, httpx2.AsyncClient(base_url=acme.house.origin, headers=bearer))
    assert (await machine.trust(provider)).status_code == 403
    assert (await machine.owner.delete(f"{acme.api}/identity-providers/okta")).status_code == 403


async def test_setting_up_a_provider_takes_our_own_page(acme: Company, provider: Provider) -> None:
    foreign = httpx2.AsyncClient(base_url=acme.house.origin, cookies=acme.owner.cookies)
    answer = await Company(acme.house, acme.slug, foreign).trust(provider)
    assert answer.status_code == 403
    foreign.headers.update({"X-Sealwright-Csrf": "1", "Origin": "https://evil.example"})
    assert (await Company(acme.house, acme.slug, foreign).trust(provider)).status_code == 403
    assert (await foreign.delete(f"{acme.api}/identity-providers/okta")).status_code == 403


async def test_beginning_too_many_sign_ins_has_to_wait(acme: Company) -> None:
    ann = visit(acme)
    for _ in range(60):
        await ann.leave()
    refused(await ann.browser.get(f"/t/{acme.slug}/sign-in/okta"), "too_many", 429)
