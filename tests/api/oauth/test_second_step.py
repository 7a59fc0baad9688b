"""A provider's sign-in and second factors: ours is asked for, unless the tenant has named what the provider says."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.api.oauth.house import PASSWORD, House, Visit, opened, visit
from tests.api.oauth.provider import Person, Provider, providing
from tests.api.people import code_of
from tests.api.site import new_database


@pytest.fixture(scope="module")
async def provider() -> AsyncGenerator[Provider]:
    async with providing() as running:
        yield running


@pytest.fixture(scope="module")
async def house(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    folder = tmp_path_factory.mktemp("house")
    database = await new_database(folder)
    async with opened(database, folder, provider) as running:
        yield running
    await database.close()


def be(provider: Provider, name: str, **says: Any) -> str:
    provider.behave()
    provider.person = Person(subject=f"sub-{name}", email=f"{name}@acme.example")
    provider.spoiled.update(says)
    return provider.person.email


async def add_app(person: Visit) -> dict[str, Any]:
    app = (await person.browser.post("/api/v1/account/app")).json()
    answer = await person.browser.post("/api/v1/account/app/confirm", json={"code": code_of(app, -1)})
    assert answer.status_code == 200, answer.text
    return app


async def test_who_has_a_second_factor_here_is_asked_for_it_on_the_way_back(house: House, provider: Provider) -> None:
    be(provider, "ann")
    acme = await house.company()
    assert (await acme.trust(provider)).status_code == 200
    first = visit(acme)
    assert (await first.whole()).status_code == 303
    app = await add_app(first)
    again = visit(acme)
    answer = await again.whole("?next=/tenants/x/runs")
    assert answer.headers["location"] == "/login?step=second&next=%2Ftenants%2Fx%2Fruns"
    assert await again.session() is None
    methods = await again.browser.post("/api/v1/session/second-factor/methods")
    assert methods.json() == {"second_factor": ["code", "recovery_code"]}
    # Not without what no foreign page can send.
    foreign = {"X-Sealwright-Csrf": "0"}
    for path in ("", "/methods", "/challenge"):
        refused = await again.browser.post(f"/api/v1/session/second-factor{path}", json={}, headers=foreign)
        assert refused.status_code == 403
    shown = await again.browser.post("/api/v1/session/second-factor", json={"code": code_of(app)})
    assert shown.status_code == 200
    session = await again.session()
    assert [one["slug"] for one in (session or {})["tenants"]] == [acme.slug]
    assert "session.second_factor_asked" in [event["action"] for event in await acme.audit()]


SAYS: list[tuple[list[str], dict[str, Any], bool]] = [
    (["mfa"], {"amr": ["pwd", "mfa"]}, True),
    (["urn:acme:strong"], {"acr": "urn:acme:strong"}, True),
    (["mfa"], {"acr": "mfa"}, True),
    ([], {"amr": ["mfa"]}, False),
    (["mfa"], {}, False),
    (["mfa"], {"amr": ["pwd"]}, False),
    (["mfa"], {"amr": ["MFA"]}, False),
    (["mfa"], {"amr": [["mfa"]]}, False),
    (["mfa"], {"acr": ["mfa"]}, False),
    (["mfa"], {"mfa": True}, False),
    (["", " "], {"acr": ""}, False),
]


@pytest.mark.parametrize(("named", "says", "counts"), SAYS, ids=range(len(SAYS)))
async def test_what_a_provider_says_counts_as_the_tenant_has_named_it(
    *, house: House, provider: Provider, named: list[str], says: dict[str, Any], counts: bool
) -> None:
    acme = await house.company()
    assert (await acme.trust(provider, newcomer_role="approver", second_factor_claims=named)).status_code == 200
    policy = await acme.owner.patch(f"{acme.api}/policy", json={"second_factor": "approvers"})
    assert policy.status_code == 200
    be(provider, f"says-{acme.slug}", **says)
    person = visit(acme)
    assert (await person.whole()).status_code == 303
    (tenant,) = (await person.session() or {})["tenants"]
    assert ("versions:approve" in tenant["permissions"], tenant["second_factor_needed"]) == (counts, not counts)


@pytest.mark.parametrize("says", [{"amr": "mfa"}, {"amr": {"mfa": True}}], ids=["text", "object"])
async def test_a_token_whose_claims_are_of_another_kind_signs_nobody_in(
    house: House, provider: Provider, says: dict[str, Any]
) -> None:
    acme = await house.company()
    await acme.trust(provider, second_factor_claims=["mfa"])
    be(provider, f"odd-{acme.slug}", **says)
    person = visit(acme)
    assert (await person.whole()).status_code == 403
    assert await person.session() is None


async def test_a_providers_session_reaches_nothing_of_an_account_that_signed_up(
    house: House, provider: Provider
) -> None:
    """Its word counts in its own tenant. A second factor or a password belongs to the person everywhere."""
    email = be(provider, "cleo")
    mine = await house.company(email=email)
    evil = await house.company()
    await evil.add(email, "viewer", mine.owner)
    assert (await evil.trust(provider, newcomer_role=None)).status_code == 200
    intruder = visit(evil)
    assert (await intruder.whole()).status_code == 303
    asked: list[tuple[str, str, Any]] = [
        ("GET", "", None), ("GET", "/sessions", None), ("DELETE", "/sessions", None),
        ("DELETE", "/sessions/ses_x", None), ("POST", "/reauthentication", {"password": PASSWORD}),
        ("POST", "/password", {"current": PASSWORD, "password": "another long password"}), ("POST", "/app", None),
        ("POST", "/app/confirm", {"code": "000000"}), ("DELETE", "/app", None), ("POST", "/challenge", None),
        ("POST", "/passkeys/challenge", None), ("POST", "/passkeys", {"name": "x", "credential": {}}),
        ("DELETE", "/passkeys/pky_x", None), ("POST", "/recovery-codes", None),
        ("POST", "/address", {"email": "x@acme.example"}), ("POST", "/address/confirm", {"token": "x"}),
    ]  # fmt: skip
    for method, path, body in asked:
        refused = await intruder.browser.request(method, f"/api/v1/account{path}", json=body)
        assert refused.status_code == 403, (method, path)
        assert "counts in its own tenant only" in refused.json()["detail"]
    assert (await mine.owner.get("/api/v1/account")).status_code == 200
