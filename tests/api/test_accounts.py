"""Accounts where letters are sent: no address is anybody's before it is proved, and nobody learns who is here."""

import asyncio
import re
import secrets
import sqlite3
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner

from api.cli.people import user
from api.proxies import networks
from tests.api.people import PASSWORD, add_app, browser, form, letter, sign_in, sign_up, token_in
from tests.makers import Product, served

NEW = "another long password"


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Product]:
    """Letters are sent, through a real mail server."""
    changes = {"trusted_proxies": networks(["127.0.0.0/8"]), "mail_from": "Sealwright <no-reply@host.example>"}
    async with served(tmp_path_factory.mktemp("letters"), **changes) as product:
        yield product


@pytest.fixture(scope="module")
async def laptop(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Product]:
    """No letters are sent."""
    async with served(tmp_path_factory.mktemp("laptop"), trusted_proxies=networks(["127.0.0.0/8"])) as product:
        yield product


async def proved(product: Product, person: httpx2.AsyncClient, email: str) -> str:
    """Sign up and answer the letter; return the tenant's slug."""
    assert (await person.post("/signup", json=form(email))).status_code == 202
    body = {"token": await token_in(product, email), "password": PASSWORD}
    answer = await person.post("/signup/confirm", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["tenants"][0]["slug"]


def accounts_of(product: Product, email: str) -> list[Any]:
    with sqlite3.connect(product.settings.data_dir / "sealwright.db") as connection:
        return connection.execute("SELECT password_hash FROM users WHERE email = ?", (email,)).fetchall()


async def test_nothing_is_made_before_the_letter_is_answered(house: Product) -> None:
    async with browser(house, "203.0.113.30") as person:
        answer = await person.post("/signup", json=form("new@acme.example"))
        assert answer.status_code == 202
        assert "set-cookie" not in answer.headers
        assert (await sign_in(person, "new@acme.example")).status_code == 401
        assert accounts_of(house, "new@acme.example") == []
        token = await token_in(house, "new@acme.example")
        assert (await person.get(f"/signup/{token}")).json() == {"email": "new@acme.example"}
        done = await person.post("/signup/confirm", json={"token": token, "password": PASSWORD})
        assert done.status_code == 201
        assert (await person.get("/account")).json()["address_proved"] is True
        for again in (token, token[:-1], "", "x" * 43):
            over = await person.post("/signup/confirm", json={"token": again, "password": PASSWORD})
            assert (over.status_code, over.json()["type"]) == (404, "urn:sealwright:problem:link_over")


async def test_a_stranger_cannot_be_somebody_by_signing_up_first(house: Product) -> None:
    """H10: the stranger knows the password and not the letter; its reader has the letter and not the password."""
    email = "cfo@acme-corp.example"
    async with browser(house, "203.0.113.31") as stranger, browser(house, "203.0.113.32") as cfo:
        assert (await stranger.post("/signup", json=form(email))).status_code == 202
        token = await token_in(house, email)
        for guess in ("", NEW, PASSWORD.upper(), PASSWORD + " "):
            refused = await cfo.post("/signup/confirm", json={"token": token, "password": guess})
            assert refused.status_code == 401
        assert accounts_of(house, email) == []
        # The address is still free for its owner.
        assert (await cfo.post("/signup", json=form(email, password=NEW))).status_code == 202
        own = await token_in(house, email, 2)
        assert (await cfo.post("/signup/confirm", json={"token": own, "password": NEW})).status_code == 201
        # And then the stranger's link is worth nothing, even with its password.
        late = await stranger.post("/signup/confirm", json={"token": token, "password": PASSWORD})
        assert late.status_code == 409


async def test_two_who_answer_one_letter_are_one_person(house: Product) -> None:
    async with browser(house, "203.0.113.33") as person:
        await person.post("/signup", json=form("twice@acme.example"))
        body = {"token": await token_in(house, "twice@acme.example"), "password": PASSWORD}
        answers = await asyncio.gather(*(person.post("/signup/confirm", json=body) for _ in range(4)))
    assert min(answer.status_code for answer in answers) == 201
    assert all(answer.status_code in {404, 409} for answer in answers if answer.status_code != 201)
    assert len(accounts_of(house, "twice@acme.example")) == 1


ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("sign-up", "/signup", {"password": PASSWORD, "name": "A", "tenant_name": "same"}),
    ("sign-up: a slug", "/signup", {"password": PASSWORD, "name": "A", "tenant_name": "s", "tenant_slug": "same-x"}),
    ("sign-up: a bad password", "/signup", {"password": "password12", "name": "A", "tenant_name": "same"}),
    ("sign-up: a bad slug", "/signup", {"password": PASSWORD, "name": "A", "tenant_name": "s", "tenant_slug": "a--b"}),
    ("sign-in", "/session", {"password": "wrong password"}),
    ("sign-in with an empty password", "/session", {"password": ""}),
    ("sign-in with a long password", "/session", {"password": "x" * 200}),
    ("reset", "/password-reset", {}),
]  # fmt: skip
_SPELLED = ["{}", " {} ", "{}\x1f"]


@pytest.mark.parametrize("spelling", _SPELLED, ids=["plain", "spaces", "separator"])
@pytest.mark.parametrize(("path", "body"), [asked[1:] for asked in ASKED], ids=[asked[0] for asked in ASKED])
async def test_every_byte_of_an_answer_is_the_same_for_who_is_here_and_who_is_not(
    house: Product, path: str, body: dict[str, Any], spelling: str
) -> None:
    tag = secrets.token_hex(4)
    async with browser(house, "203.0.113.34") as person:
        await proved(house, person, f"known-{tag}@acme.example")
    answers: list[tuple[int, bytes, list[tuple[str, str]]]] = []
    for who in ("known", "other"):
        asked = {"X-Request-Id": "0123456789", "X-Forwarded-For": f"2001:db8:{tag[:4]}:{tag[4:]}::1"}
        async with browser(house) as person:
            given = {"email": spelling.format(f"{who}-{tag}@acme.example"), **body}
            answer = await person.post(path, json=given, headers=asked)
        headers = [(name, value) for name, value in answer.headers.items() if name != "date"]
        answers.append((answer.status_code, answer.content, headers))
    assert answers[0] == answers[1]


async def test_who_signs_up_again_is_told_by_letter_that_they_are_here(house: Product) -> None:
    async with browser(house, "203.0.113.35") as person:
        await proved(house, person, "again@acme.example")
        assert (await person.post("/signup", json=form("again@acme.example", password=NEW))).status_code == 202
        assert "There is an account with it already" in await letter(house, "again@acme.example", 2)
        # What was typed there changed nothing.
        assert (await sign_in(person, "again@acme.example", NEW)).status_code == 401
        assert (await sign_in(person, "again@acme.example")).status_code == 200


async def test_a_forgotten_password_is_chosen_anew_by_a_letter(house: Product) -> None:
    async with browser(house, "203.0.113.36") as person, browser(house, "203.0.113.37") as elsewhere:
        email = "forgot@acme.example"
        await proved(house, person, email)
        assert (await elsewhere.post("/password-reset", json={"email": email})).status_code == 202
        token = await token_in(house, email, 2)
        for bad in ("short", "password1234", email, "x" * 201):
            refused = await elsewhere.post("/password-reset/finish", json={"token": token, "password": bad})
            assert refused.status_code == 422, bad
        done = await elsewhere.post("/password-reset/finish", json={"token": token, "password": NEW})
        assert done.status_code == 204
        # Every browser is signed out, the old password is none, and the person is told.
        assert (await person.get("/session")).status_code == 401
        assert (await sign_in(person, email)).status_code == 401
        assert (await sign_in(person, email, NEW)).status_code == 200
        assert "Your password was changed" in await letter(house, email, 3)
        again = await elsewhere.post("/password-reset/finish", json={"token": token, "password": PASSWORD})
        assert again.status_code == 404


async def test_a_reset_takes_no_second_factor_away(house: Product) -> None:
    async with browser(house, "203.0.113.38") as person:
        email = "both@acme.example"
        await proved(house, person, email)
        await add_app(person)
        await person.post("/password-reset", json={"email": email})
        number = 3  # the second told of the app
        token = await token_in(house, email, number)
        assert (await person.post("/password-reset/finish", json={"token": token, "password": NEW})).status_code == 204
        assert (await sign_in(person, email, NEW)).status_code == 202


async def test_links_end_and_are_nowhere_in_the_database(house: Product) -> None:
    async with browser(house, "203.0.113.39") as person:
        email = "links@acme.example"
        await proved(house, person, email)
        await person.post("/password-reset", json={"email": email})
        token = await token_in(house, email, 2)
        with sqlite3.connect(house.settings.data_dir / "sealwright.db") as connection:
            assert token not in "\n".join(connection.iterdump())
            connection.execute("UPDATE mail_tokens SET expires_at = '2026-01-01 00:00:00' WHERE purpose = 'reset'")
        late = await person.post("/password-reset/finish", json={"token": token, "password": NEW})
        assert (late.status_code, late.json()["hint"]) == (404, "Ask for a new letter.")


async def test_a_link_does_one_thing(house: Product) -> None:
    async with browser(house, "203.0.113.40") as person:
        email = "purposes@acme.example"
        await proved(house, person, email)
        await person.post("/password-reset", json={"email": email})
        reset = await token_in(house, email, 2)
        await person.post("/account/address", json={"email": "elsewhere@acme.example"})
        change = await token_in(house, "elsewhere@acme.example")
        nobody = await person.post("/password-reset", json={"email": "nobody@acme.example"})
        assert nobody.status_code == 202
        tries = [
            ("/signup/confirm", {"token": reset, "password": PASSWORD}),
            ("/signup/confirm", {"token": change, "password": PASSWORD}),
            ("/password-reset/finish", {"token": change, "password": NEW}),
            ("/account/address/confirm", {"token": reset}),
        ]
        for path, body in tries:
            assert (await person.post(path, json=body)).status_code == 404, path


async def test_an_address_changes_when_its_letter_is_answered_by_who_asked(house: Product) -> None:
    async with browser(house, "203.0.113.41") as ann, browser(house, "203.0.113.42") as bob:
        await proved(house, ann, "ann-old@acme.example")
        await proved(house, bob, "bob@acme.example")
        assert (await ann.post("/account/address", json={"email": "ann-new@acme.example"})).status_code == 202
        assert (await ann.get("/account")).json()["user"]["email"] == "ann-old@acme.example"
        token = await token_in(house, "ann-new@acme.example")
        # Whoever else opens the link proves nothing, for themselves or for her.
        assert (await bob.post("/account/address/confirm", json={"token": token})).status_code == 404
        assert (await ann.post("/account/address/confirm", json={"token": token})).status_code == 204
        account = (await ann.get("/account")).json()
        assert (account["user"]["email"], account["address_proved"]) == ("ann-new@acme.example", True)
        assert "was changed from ann-old@acme.example" in await letter(house, "ann-old@acme.example", 2)
        # One that somebody has is asked for alike, and refused when it is proved.
        same = await ann.post("/account/address", json={"email": "bob@acme.example"})
        free = await ann.post("/account/address", json={"email": "free@acme.example"})
        assert (same.status_code, same.content) == (free.status_code, free.content)


async def test_an_invitations_link_goes_to_its_address_alone_and_proves_it(house: Product) -> None:
    async with browser(house, "203.0.113.43") as owner, browser(house, "203.0.113.44") as guest:
        slug = await proved(house, owner, "host@acme.example")
        for path, role in (("invitations", "viewer"), ("members", "author")):
            email = f"{role}@guests.example"
            made = await owner.post(f"/tenants/{slug}/{path}", json={"email": email, "role": role})
            assert made.json()["link"] is None
            text = await letter(house, email)
            found = re.search(r"/invitations/([A-Za-z0-9_-]{43})", text)
            assert found
            assert found[1] not in made.text
            body = {"name": "Guest", "password": PASSWORD}
            assert (await guest.post(f"/invitations/{found[1]}/signup", json=body)).status_code == 201
            assert (await guest.get("/account")).json()["address_proved"] is True


@pytest.mark.parametrize("written", ["name", "tenant_name"])
async def test_no_letter_says_what_a_stranger_wrote(house: Product, written: str) -> None:
    """Whoever can have a letter sent to anybody would else send anybody anything, from a sender that is believed."""
    email = f"{written.replace('_', '-')}@victims.example"
    async with browser(house, "203.0.113.45") as person:
        refused = await person.post("/signup", json=form(email, **{written: "You won!\r\nBcc: x@y.z"}))
        assert refused.status_code == 422
        sent = await person.post("/signup", json=form(email, **{written: "You won! http://evil.example, Bcc: x@y.z"}))
        assert sent.status_code == 202
    (message,) = [await letter(house, email)]
    assert "evil" not in message
    assert "evil" not in house.mailbox.to(email)[0].content.decode()


async def test_letters_to_one_address_are_few(house: Product) -> None:
    async with browser(house) as person:
        codes = [
            (
                await person.post(
                    "/password-reset",
                    json={"email": "flooded@acme.example"},
                    headers={"X-Forwarded-For": f"198.51.100.{number}"},
                )
            ).status_code
            for number in range(8)
        ]
    assert codes == [202] * 5 + [429] * 3


async def test_a_changed_password_ends_every_other_browser(laptop: Product) -> None:
    async with browser(laptop, "203.0.113.50") as person, browser(laptop, "203.0.113.51") as other:
        email = "changes@acme.example"
        await sign_up(person, email)
        await sign_in(other, email)
        wrong = await person.post("/account/password", json={"current": NEW, "password": NEW})
        assert (wrong.status_code, wrong.json()["problems"][0]["path"]) == (422, "/current")
        changed = await person.post("/account/password", json={"current": PASSWORD, "password": NEW})
        assert changed.status_code == 204
        assert (await person.get("/session")).status_code == 200
        assert (await other.get("/session")).status_code == 401
        assert (await sign_in(other, email)).status_code == 401
        assert (await sign_in(other, email, NEW)).status_code == 200


async def test_browsers_are_listed_and_ended_one_by_one_and_all_but_this(laptop: Product) -> None:
    email = "browsers@acme.example"
    async with (
        browser(laptop, "203.0.113.52") as one,
        browser(laptop, "198.51.100.7") as two,
        browser(laptop, "2001:db8:1:2::3") as three,
        browser(laptop, "203.0.113.53") as stranger,
    ):
        await sign_up(one, email)
        await sign_up(stranger, "stranger-b@acme.example")
        for person in (two, three):
            await sign_in(person, email)
        listed = (await one.get("/account/sessions")).json()["items"]
        assert [item["network"] for item in listed] == ["2001:db8:1::/48", "198.51.100.0/24", "203.0.113.0/24"]
        assert [item["is_this"] for item in listed] == [False, False, True]
        # A stranger ends nothing of somebody else's.
        await stranger.delete(f"/account/sessions/{listed[0]['id']}")
        assert (await three.get("/session")).status_code == 200
        await one.delete(f"/account/sessions/{listed[0]['id']}")
        assert (await three.get("/session")).status_code == 401
        assert (await two.get("/session")).status_code == 200
        await one.delete("/account/sessions")
        assert (await two.get("/session")).status_code == 401
        assert (await one.get("/session")).status_code == 200
        assert (await stranger.get("/session")).status_code == 200


COMMON = [
    "password12", "Password123", "passwordpassword", "PASSWORD1234!", "1234567890", "0987654321", "12345678901234",
    "qwertyuiop", "qwertyuiop123", "QwertyUiop!!", "aaaaaaaaaa", "abababababab", "abcabcabcabc", "abcdabcdabcd",
    "letmein12345", "welcome2026!", "admin123456789", "administrator", "changeme1234", "iloveyou1234", "sealwright1",
    "sealwright2026", "abcdefghij", "zyxwvutsrq", "asdfghjkl1", "pass word 1234", "trustno10000",
    "common@acme.example", "common12345", "commoncommon", "correct horse battery staple",
]  # fmt: skip


@pytest.mark.parametrize("password", [*COMMON, "x" * 9, "x" * 201])
async def test_what_guessers_begin_with_is_no_password(laptop: Product, password: str) -> None:
    async with browser(laptop, "203.0.113.54") as person:
        refused = await person.post("/signup", json=form("common@acme.example", password=password))
    assert (refused.status_code, refused.json()["problems"][0]["path"]) == (422, "/password"), refused.text


async def test_where_no_letters_are_sent_an_address_stays_unproved_and_a_reset_is_the_operators(
    laptop: Product,
) -> None:
    email = "home@acme.example"
    async with browser(laptop, "203.0.113.55") as person:
        await sign_up(person, email)
        account = (await person.get("/account")).json()
        assert (account["address_proved"], account["sends_letters"]) == (False, False)
        answers = [await person.post("/password-reset", json={"email": one}) for one in (email, "no@acme.example")]
        assert [answer.status_code for answer in answers] == [403, 403]
        assert "sealwright user reset-password" in answers[0].json()["hint"]
        assert (await person.post("/account/address", json={"email": "cfo@acme.example"})).status_code == 403
    ran = await asyncio.to_thread(
        CliRunner().invoke, user, ["reset-password", " HOME@acme.example"], obj=laptop.settings
    )
    assert ran.exit_code == 0, ran.output
    found = re.search(r"/reset-password/([A-Za-z0-9_-]{43})", ran.output)
    assert found
    async with browser(laptop, "203.0.113.56") as person:
        body = {"token": found[1], "password": NEW}
        assert (await person.post("/password-reset/finish", json=body)).status_code == 204
        assert (await sign_in(person, "home@acme.example", NEW)).status_code == 200
        assert (await person.get("/account")).json()["address_proved"] is False
        await add_app(person)
        assert (await sign_in(person, "home@acme.example", NEW)).status_code == 202
        reset = ["reset-second-factor", "home@acme.example"]
        ran = await asyncio.to_thread(CliRunner().invoke, user, reset, obj=laptop.settings)
        assert ran.exit_code == 0, ran.output
        assert (await sign_in(person, "home@acme.example", NEW)).status_code == 200


async def test_taken_addresses_cannot_be_looked_for_at_length(laptop: Product) -> None:
    """Where no letters are sent a sign-up says that an address is taken: it has to. So it is counted."""
    async with browser(laptop, "203.0.113.57") as person:
        await sign_up(person, "taken@acme.example")
        codes = [(await person.post("/signup", json=form("taken@acme.example"))).status_code for _ in range(32)]
    assert codes == [409] * 30 + [429] * 2


@pytest.mark.usefixtures("real_passwords")
async def test_a_hash_that_is_weaker_than_todays_is_made_anew_at_the_next_sign_in(laptop: Product) -> None:
    from pwdlib.hashers.argon2 import Argon2Hasher

    email = "weak@acme.example"
    weak = Argon2Hasher(time_cost=1, memory_cost=8 << 10, parallelism=1).hash(PASSWORD)
    async with browser(laptop, "203.0.113.58") as person:
        await sign_up(person, email)
        with sqlite3.connect(laptop.settings.data_dir / "sealwright.db") as connection:
            connection.execute("UPDATE users SET password_hash = ? WHERE email = ?", (weak, email))
        assert (await sign_in(person, email)).status_code == 200
        ((stored,),) = accounts_of(laptop, email)
        assert stored != weak
        assert "m=65536" in stored
        assert (await sign_in(person, email)).status_code == 200
