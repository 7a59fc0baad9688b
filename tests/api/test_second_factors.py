"""A second factor: added, asked for, shown once; and the tenants that ask for it."""

import secrets
import sqlite3
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest

from api.proxies import networks
from tenants.sign_in import authenticators
from tests.api.people import PASSWORD, add_app, browser, code_of, sign_in, sign_up
from tests.api.security_key import SecurityKey
from tests.makers import Product, served


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Product]:
    trusted = networks(["127.0.0.0/8"])
    async with served(tmp_path_factory.mktemp("factors"), trusted_proxies=trusted) as product:
        yield product


def key_for(product: Product) -> SecurityKey:
    return SecurityKey(origin=product.url, rp_id="127.0.0.1")


async def add_passkey(person: httpx2.AsyncClient, key: SecurityKey, name: str = "my key") -> httpx2.Response:
    options = (await person.post("/account/passkeys/challenge")).json()
    return await person.post("/account/passkeys", json={"name": name, "credential": key.create(options)})


# RFC 6238, appendix B, for SHA-1; the last six of its eight digits.
@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    secret = b"12345678901234567890"
    assert authenticators.code_at(secret, moment // 30) == code
    assert authenticators.step_of(secret, code, 0, moment) == moment // 30
    assert authenticators.step_of(secret, code, 0, moment + 30) == moment // 30
    assert authenticators.step_of(secret, code, 0, moment - 30) == moment // 30
    assert authenticators.step_of(secret, code, 0, moment + 60) is None
    assert authenticators.step_of(secret, code, 0, moment - 60) is None
    assert authenticators.step_of(secret, code, moment // 30, moment) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "28708",
        "2870820",
        "28708x",
        "-28708",
        "+28708",
        "2.8708",
        "\u0662\u0668\u0667\u0660\u0668\u0662",
        "287\u00b282",
        "None",
        "0x2870",
    ],
)
def test_what_is_no_code_is_never_right(typed: str) -> None:
    assert authenticators.step_of(b"12345678901234567890", typed, 0, 59) is None


def test_a_code_may_be_typed_as_it_is_shown() -> None:
    assert authenticators.step_of(b"12345678901234567890", " 287 082 ", 0, 59) == 1


async def test_who_has_an_app_is_asked_for_its_code_and_nothing_opens_before(house: Product) -> None:
    async with browser(house, "203.0.113.10") as person, browser(house, "203.0.113.11") as elsewhere:
        slug = await sign_up(person, "app@acme.example")
        app, codes = await add_app(person)
        assert len(codes) == len(set(codes)) == 10
        asked = await sign_in(elsewhere, "app@acme.example")
        assert (asked.status_code, asked.json()) == (202, {"second_factor": ["code", "recovery_code"]})
        # The step is no session, under its own name or under a session's.
        step = next(iter(elsewhere.cookies.jar)).value or ""
        for path in ("/session", "/account", "/account/sessions", f"/tenants/{slug}", f"/tenants/{slug}/tools"):
            assert (await elsewhere.get(path)).status_code == 401
            assert (await elsewhere.get(path, headers={"Cookie": f"sealwright_session={step}"})).status_code == 401
        for wrong in ("000000", code_of(app, 5), code_of(app, -5)):
            refused = await elsewhere.post("/session/second-factor", json={"code": wrong})
            assert refused.status_code == 401
        shown = await elsewhere.post("/session/second-factor", json={"code": code_of(app)})
        assert shown.status_code == 200, shown.text
        assert (await elsewhere.get("/session")).status_code == 200


async def test_a_code_is_taken_once(house: Product) -> None:
    async with browser(house, "203.0.113.12") as person:
        await sign_up(person, "once@acme.example")
        app, _ = await add_app(person)
        code = code_of(app)
        await sign_in(person, "once@acme.example")
        assert (await person.post("/session/second-factor", json={"code": code})).status_code == 200
        for again in (code, f" {code}", f"{code[:3]} {code[3:]}", code_of(app, -1)):
            await sign_in(person, "once@acme.example")
            assert (await person.post("/session/second-factor", json={"code": again})).status_code == 401


async def test_the_code_that_confirmed_the_app_signs_nobody_in(house: Product) -> None:
    async with browser(house, "203.0.113.13") as person:
        await sign_up(person, "confirmed@acme.example")
        app = (await person.post("/account/app")).json()
        code = code_of(app)
        assert (await person.post("/account/app/confirm", json={"code": code})).status_code == 200
        await sign_in(person, "confirmed@acme.example")
        assert (await person.post("/session/second-factor", json={"code": code})).status_code == 401


async def test_an_app_that_was_not_confirmed_is_not_asked_for(house: Product) -> None:
    async with browser(house, "203.0.113.14") as person:
        await sign_up(person, "half@acme.example")
        first, second = (await person.post("/account/app")).json(), (await person.post("/account/app")).json()
        assert first["secret"] != second["secret"]
        assert (await person.post("/account/app/confirm", json={"code": code_of(first)})).status_code == 422
        assert (await sign_in(person, "half@acme.example")).status_code == 200


async def test_an_apps_secret_is_nowhere_in_the_database(house: Product) -> None:
    async with browser(house, "203.0.113.15") as person:
        await sign_up(person, "sealed@acme.example")
        app, codes = await add_app(person)
        assert f"secret={app['secret']}" in app["uri"]
        assert app["uri"].startswith("otpauth://totp/Sealwright:sealed%40acme.example?")
        assert app["qr_path"].startswith("M")
    with sqlite3.connect(house.settings.data_dir / "sealwright.db") as connection:
        everything = "\n".join(connection.iterdump())
    for secret in (app["secret"], *codes, *(code.replace("-", "") for code in codes)):
        assert secret not in everything


async def test_guessing_codes_is_stopped_also_from_many_networks(house: Product) -> None:
    async with browser(house, "203.0.113.16") as person:
        await sign_up(person, "guessed@acme.example")
        await add_app(person)
        await sign_in(person, "guessed@acme.example")
        codes = [
            (
                await person.post(
                    "/session/second-factor",
                    json={"code": f"{number:06}"},
                    headers={"X-Forwarded-For": f"198.51.100.{number}"},
                )
            ).status_code
            for number in range(9)
        ]
    assert codes[0] == 401
    # Signing in with the password again does not begin the count anew.
    assert codes[-3:] == [429] * 3


async def test_a_recovery_code_lets_in_once_however_it_is_typed(house: Product) -> None:
    async with browser(house, "203.0.113.17") as person:
        await sign_up(person, "lost@acme.example")
        _, codes = await add_app(person)
        for typed in (codes[0], codes[1].upper(), codes[2].replace("-", " "), codes[3].replace("-", "")):
            await sign_in(person, "lost@acme.example")
            shown = await person.post("/session/second-factor", json={"recovery_code": typed})
            assert shown.status_code == 200, typed
        await sign_in(person, "lost@acme.example")
        assert (await person.post("/session/second-factor", json={"recovery_code": codes[0]})).status_code == 401
        await person.post("/session/second-factor", json={"recovery_code": codes[4]})
        fresh = (await person.post("/account/recovery-codes")).json()["recovery_codes"]
        await sign_in(person, "lost@acme.example")
        assert (await person.post("/session/second-factor", json={"recovery_code": codes[5]})).status_code == 401
        assert (await person.post("/session/second-factor", json={"recovery_code": fresh[0]})).status_code == 200


async def test_somebody_elses_recovery_code_lets_nobody_in(house: Product) -> None:
    async with browser(house, "203.0.113.18") as ann, browser(house, "203.0.113.19") as bob:
        await sign_up(ann, "ann-r@acme.example")
        await sign_up(bob, "bob-r@acme.example")
        app, codes = await add_app(ann)
        await add_app(bob)
        await sign_in(bob, "bob-r@acme.example")
        for shown in ({"recovery_code": codes[0]}, {"code": code_of(app)}, {}, {"code": None}):
            assert (await bob.post("/session/second-factor", json=shown)).status_code == 401


async def test_a_passkey_is_added_and_signs_in(house: Product) -> None:
    key = key_for(house)
    async with browser(house, "203.0.113.20") as person:
        await sign_up(person, "key@acme.example")
        added = await add_passkey(person, key)
        assert added.status_code == 201, added.text
        assert len(added.json()["recovery_codes"]) == 10
        asked = await sign_in(person, "key@acme.example")
        assert asked.json() == {"second_factor": ["passkey", "recovery_code"]}
        options = (await person.post("/session/second-factor/challenge")).json()
        assert [one["id"] for one in options["allowCredentials"]] == [
            added.json()["passkey"]["id"] and key.get(options)["id"]
        ]
        shown = await person.post("/session/second-factor", json={"passkey": key.get(options)})
        assert shown.status_code == 200, shown.text
        account = (await person.get("/account")).json()
    assert [(one["name"], one["last_used_at"] is None) for one in account["passkeys"]] == [("my key", False)]


async def test_a_passkeys_answer_counts_once_for_its_own_page_challenge_and_person(house: Product) -> None:
    key, other = key_for(house), key_for(house)
    async with browser(house, "203.0.113.21") as person, browser(house, "203.0.113.22") as stranger:
        await sign_up(person, "strict@acme.example")
        await sign_up(stranger, "stranger@acme.example")
        assert (await add_passkey(person, key)).status_code == 201
        assert (await add_passkey(stranger, other)).status_code == 201
        assert (await add_passkey(stranger, key)).status_code == 422  # it is somebody's already

        async def options() -> dict[str, Any]:
            await sign_in(person, "strict@acme.example")
            return (await person.post("/session/second-factor/challenge")).json()

        async def show(credential: dict[str, Any]) -> int:
            network = {"X-Forwarded-For": f"198.51.100.{len(seen)}"}
            answer = await person.post("/session/second-factor", json={"passkey": credential}, headers=network)
            seen.append(answer.status_code)
            return answer.status_code

        seen: list[int] = []
        assert await show(other.get(await options())) == 401
        key.origin = "https://phish.example"
        assert await show(key.get(await options())) == 401
        key.origin, key.rp_id = house.url, "phish.example"
        assert await show(key.get(await options())) == 401
        key.rp_id = "127.0.0.1"
        assert await show(key.get({"challenge": "AAAA"})) == 401
        right = key.get(await options())
        assert await show(right) == 200
        await sign_in(person, "strict@acme.example")
        assert await show(right) == 401  # no challenge waits for it
        await options()
        assert await show(right) == 401  # another one does


def answer(name: str, data: object, attested: str = "AAAA", kind: str = "public-key") -> dict[str, Any]:
    response = {"clientDataJSON": data, "attestationObject": attested}
    return {"id": name, "rawId": name, "type": kind, "response": response}


BROKEN: list[dict[str, Any]] = [
    {}, {"id": "x"}, {"id": None}, {"id": 1, "response": []}, {"response": {}}, {"id": "A" * 5_000},
    answer("AAAA", 1), answer("AAAA", "AAAA"), answer("AAAA", "e30", "oA"),
    answer("AAAA", "e30", "n5-fn5-fn5-fn58", "x"),
    answer("\u0000", "W10", "_w"), answer("AAAA", "e30", "oWNmbXRkbm9uZQ"), answer("", "", ""),
]  # fmt: skip


async def test_what_is_no_passkey_is_refused_as_such(house: Product) -> None:
    async with browser(house, "203.0.113.23") as person:
        await sign_up(person, "broken@acme.example")
        for credential in BROKEN:
            await person.post("/account/passkeys/challenge")
            refused = await person.post("/account/passkeys", json={"name": "x", "credential": credential})
            assert refused.status_code in {400, 422}, (credential, refused.text)
        key = key_for(house)
        assert (await add_passkey(person, key)).status_code == 201
        right = key.get({"challenge": "AAAA"})
        for number, credential in enumerate(
            [*BROKEN, *({**right, "response": one} for one in ({}, {"clientDataJSON": "e30"}))]
        ):
            await sign_in(person, "broken@acme.example")
            await person.post("/session/second-factor/challenge")
            network = {"X-Forwarded-For": f"192.0.2.{number}"}
            answer = await person.post("/session/second-factor", json={"passkey": credential}, headers=network)
            assert answer.status_code in {400, 401, 429}, (credential, answer.text)


async def test_a_key_that_was_copied_is_noticed(house: Product) -> None:
    """A counter that goes back: another copy of the key was used meanwhile."""
    key = key_for(house)
    async with browser(house, "203.0.113.24") as person:
        await sign_up(person, "copied@acme.example")
        await add_passkey(person, key)
        codes: list[int] = []
        for uses in (10, 3):
            key.uses = uses
            await sign_in(person, "copied@acme.example")
            options = (await person.post("/session/second-factor/challenge")).json()
            codes.append((await person.post("/session/second-factor", json={"passkey": key.get(options)})).status_code)
    assert codes == [200, 401]


async def allow(product: Product, person: httpx2.AsyncClient, slug: str, **policy: Any) -> None:
    answer = await person.patch(f"/tenants/{slug}/policy", json=policy)
    assert answer.status_code == 200, answer.text


OKTA = {"title": "O", "issuer": "https://o.example", "client_id": "c", "client_secret": "s", "email_domains": ["o.com"]}
OWNING: list[tuple[str, str, Any]] = [
    ("PATCH", "/policy", {"second_factor": "none"}),
    ("PATCH", "/policy", {"self_approval": True}),
    ("GET", "/invitations", None),
    ("POST", "/invitations", {"email": "x@acme.example", "role": "owner"}),
    ("GET", "/audit", None),
    ("PUT", "/secrets/stripe", {"value": "sk_live_12345678", "hosts": ["api.stripe.com"]}),
    ("DELETE", "/secrets/stripe", None),
    ("POST", "/webhooks", {"url": "https://hooks.example/x", "events": ["run.finished"]}),
    ("POST", "/api-keys", {"name": "k", "scopes": ["versions:approve"]}),
    ("POST", "/api-keys", {"name": "k", "scopes": ["tenant:manage"]}),
    ("PUT", "/identity-providers/okta", OKTA),
]  # fmt: skip


async def test_a_tenant_that_asks_owners_for_a_second_factor_gives_nothing_of_owning_without(house: Product) -> None:
    async with browser(house, "203.0.113.25") as person:
        slug = await sign_up(person, "owner@acme.example")
        await allow(house, person, slug, second_factor="approvers")
        for method, path, body in OWNING:
            refused = await person.request(method, f"/tenants/{slug}{path}", json=body)
            assert refused.status_code == 403, (method, path, refused.text)
        problem = (await person.get(f"/tenants/{slug}/invitations")).json()
        assert problem["type"] == "urn:sealwright:problem:second_factor_needed"
        assert "/profile" in problem["hint"]
        # Writing tools goes on, and the session says what is missing.
        assert (await person.get(f"/tenants/{slug}/tools")).status_code == 200
        (tenant,) = (await person.get("/session")).json()["tenants"]
        assert tenant["second_factor_needed"]
        assert "versions:approve" not in tenant["permissions"]
        await add_app(person)
        assert (await person.get(f"/tenants/{slug}/invitations")).status_code == 200
        (tenant,) = (await person.get("/session")).json()["tenants"]
        assert (tenant["second_factor_needed"], "versions:approve" in tenant["permissions"]) == (False, True)


async def test_taking_the_last_factor_away_takes_what_it_gave(house: Product) -> None:
    async with browser(house, "203.0.113.26") as person:
        slug = await sign_up(person, "undone@acme.example")
        await add_app(person)
        await allow(house, person, slug, second_factor="approvers")
        assert (await person.delete("/account/app")).status_code == 204
        refused = await person.patch(f"/tenants/{slug}/policy", json={"second_factor": "none"})
        assert refused.json()["type"].endswith("second_factor_needed")
        assert (await person.get("/account")).json()["recovery_codes"] == 0


async def test_a_tenant_may_ask_everyone(house: Product) -> None:
    async with browser(house, "203.0.113.27") as person:
        slug = await sign_up(person, "everyone@acme.example")
        await allow(house, person, slug, second_factor="everyone")
        for path in ("/tools", "/runs", "/members"):
            refused = await person.get(f"/tenants/{slug}{path}")
            assert refused.json()["type"].endswith("second_factor_needed"), path
        await add_app(person)
        assert (await person.get(f"/tenants/{slug}/tools")).status_code == 200


@pytest.mark.parametrize("value", ["some", "", "None", "owners", True, 1, None, [], {}], ids=repr)
async def test_a_policy_asks_one_of_three(house: Product, value: Any) -> None:
    async with browser(house, "203.0.113.28") as person:
        slug = await sign_up(person, f"policy-{secrets.token_hex(4)}@acme.example")
        refused = await person.patch(f"/tenants/{slug}/policy", json={"second_factor": value})
        assert refused.status_code == 422


async def test_what_changes_how_one_signs_in_asks_who_it_is_first(house: Product) -> None:
    async with browser(house, "203.0.113.29") as person:
        await sign_up(person, "stale@acme.example")
        app, _ = await add_app(person)
        account = (await person.get("/account")).json()
        assert account["fresh_until"]
        with sqlite3.connect(house.settings.data_dir / "sealwright.db") as connection:
            connection.execute("UPDATE sessions SET authenticated_at = '2026-01-01 00:00:00'")
        asked: list[tuple[str, str, Any]] = [
            ("POST", "/account/app", None), ("POST", "/account/app/confirm", {"code": "000000"}),
            ("DELETE", "/account/app", None), ("POST", "/account/passkeys/challenge", None),
            ("POST", "/account/passkeys", {"name": "x", "credential": {}}), ("DELETE", "/account/passkeys/pky_x", None),
            ("POST", "/account/recovery-codes", None), ("POST", "/account/address", {"email": "new@acme.example"}),
        ]  # fmt: skip
        for method, path, body in asked:
            refused = await person.request(method, path, json=body)
            assert refused.json()["type"].endswith("reauthentication_needed"), path
        assert (await person.post("/account/reauthentication", json={"password": "wrong"})).status_code == 422
        assert (await person.post("/account/reauthentication", json={})).status_code == 401
        assert (await person.post("/account/reauthentication", json={"password": PASSWORD})).status_code == 204
        assert (await person.post("/account/recovery-codes")).status_code == 200
        with sqlite3.connect(house.settings.data_dir / "sealwright.db") as connection:
            connection.execute("UPDATE sessions SET authenticated_at = NULL")
        assert (await person.delete("/account/app")).status_code == 403
        assert (await person.post("/account/reauthentication", json={"code": code_of(app, 1)})).status_code == 204
        assert (await person.delete("/account/app")).status_code == 204
