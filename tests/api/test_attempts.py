"""Guessing: counted by person and by network, however the address is spelled and whatever a header claims."""

import asyncio
import re
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest

from api.edge.throttle import Throttle
from api.proxies import Proxies, network_of, networks
from tenants.base.db import Database
from tenants.base.errors import OverQuotaError
from tenants.people import attempts
from tenants.people.attempts import Counted
from tests.makers import Product, TenantAccess, served

# Each is the same address: what one hides from the count, another would let through.
SPELLINGS = [
    "{}\x1c", "{}\x1d", "{}\x1e", "{}\x1f", "{}\x1f\x1e", "\x1c{}", " {}", "{} ", "{}\t", "{}\n", "\r\n{}", "{}\x0b",
    "{}\x0c", "{}\x85", "{}\xa0", "{}\u1680", "{}\u2000", "{}\u2009", "{}\u2028", "{}\u2029", "{}\u202f", "{}\u205f",
    "{}\u3000", "\u3000{}\x1c", "{}\x1c\u2003\x1f",
]  # fmt: skip
REFUSED = [
    "{}\x00", "{}\x1b", "{}\x7f", "\x01{}", "{}\u200b", "\ufeff{}", "{}\u2060", "{}\u00ad", "{}\u200e", "{}.",
    "<{}>", "x <{}>",
]  # fmt: skip


@pytest.fixture(scope="module")
async def behind_a_proxy(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Product]:
    trusted = networks(["127.0.0.0/8", "10.0.0.0/8"])
    async with served(tmp_path_factory.mktemp("proxied"), trusted_proxies=trusted) as product:
        yield product


PASSWORD = "correct horse battery"
WRONG = "a wrong password"


async def guess(person: httpx2.AsyncClient, email: str, password: str = WRONG, **headers: str) -> httpx2.Response:
    return await person.post("/session", json={"email": email, "password": password}, headers=headers)


async def test_the_requests_that_went_round_the_count(tenant: TenantAccess) -> None:
    """M5: after ten guesses, a separator after the address began a new count, and the right password went in."""
    for _ in range(10):
        assert (await guess(tenant.person, tenant.email)).status_code == 401
    tails = [chr(code) * times for times in (1, 2, 3, 4) for code in range(0x1C, 0x20)][:14]
    assert [(await guess(tenant.person, tenant.email + tail)).status_code for tail in tails] == [429] * 14
    assert (await guess(tenant.person, tenant.email + "\x1f\x1e", tenant.password)).status_code == 429


async def test_every_spelling_of_an_address_is_counted_as_that_address(behind_a_proxy: Product) -> None:
    async with a_person(behind_a_proxy, "203.0.113.20") as person:
        for _ in range(10):
            assert (await guess(person, "ann@acme.example")).status_code == 401
        for spelling in SPELLINGS:
            for email in ("ann@acme.example", "ANN@ACME.EXAMPLE"):
                assert (await guess(person, spelling.format(email))).status_code == 429, ascii(spelling)
        for spelling in REFUSED:
            assert (await guess(person, spelling.format("ann@acme.example"))).status_code in {400, 422}, ascii(spelling)


async def test_a_hundred_guesses_at_once_are_a_hundred(tenant: TenantAccess) -> None:
    answers = await asyncio.gather(*(guess(tenant.person, tenant.email) for _ in range(40)))
    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 30


async def test_who_signs_in_has_no_guesses_against_them(behind_a_proxy: Product) -> None:
    async with a_person(behind_a_proxy, "203.0.113.21") as person:
        await sign_up(person, "clumsy@acme.example")
        for _ in range(3):
            for _ in range(9):
                assert (await guess(person, "clumsy@acme.example")).status_code == 401
            assert (await guess(person, "clumsy@acme.example", PASSWORD)).status_code == 200


async def test_an_address_is_counted_alike_whether_somebody_has_it(behind_a_proxy: Product) -> None:
    async def answers(email: str) -> list[bytes]:
        # One id for all, so that every byte can be compared.
        asked = {"X-Request-Id": "0123456789"}
        seen = [await guess(person, email, **asked) for _ in range(12)]
        return [b"%d %s" % (answer.status_code, re.sub(rb"\b(29|30|31)\b", b"N", answer.content)) for answer in seen]

    async with a_person(behind_a_proxy, "203.0.113.22") as person:
        await sign_up(person, "known@acme.example")
        assert await answers("known@acme.example") == await answers("unknown@acme.example")


async def test_a_network_that_tries_many_people_has_to_wait(behind_a_proxy: Product) -> None:
    async with a_person(behind_a_proxy) as person:
        codes = [
            (await guess(person, f"somebody-{number}@acme.example", **{"X-Forwarded-For": "198.51.100.7"})).status_code
            for number in range(102)
        ]
        elsewhere = await guess(person, "somebody-0@acme.example", **{"X-Forwarded-For": "198.51.100.8"})
    assert codes == [401] * 100 + [429] * 2
    assert elsewhere.status_code == 401


async def test_a_stranger_elsewhere_does_not_lock_anybody_out(behind_a_proxy: Product) -> None:
    email = "victim@acme.example"
    async with a_person(behind_a_proxy) as person:
        await sign_up(person, email)
        codes = [(await guess(person, email, **{"X-Forwarded-For": "203.0.113.5"})).status_code for _ in range(12)]
        assert codes == [401] * 10 + [429] * 2
        assert (await guess(person, email, PASSWORD, **{"X-Forwarded-For": "192.0.2.1"})).status_code == 200


# What a caller may write in front of what the proxy adds: the count is by the last hop that is not a proxy of ours.
FORGED = [
    "1.2.3.{}, 203.0.113.9", "10.0.0.{}, 203.0.113.9", "127.0.0.1, 1.1.1.{}, 203.0.113.9", "x{}, 203.0.113.9",
    '"1.1.1.{}", 203.0.113.9', "[2001:db8::{}], 203.0.113.9", "{}, 203.0.113.9:4711",
    "203.0.113.{}0,203.0.113.9,10.0.0.1",
    "a{},203.0.113.9,10.1.1.1, 10.2.2.2", "::ffff:1.2.3.{}, ::ffff:203.0.113.9", ",,,{},203.0.113.9",
    "unknown{}, 203.0.113.9",
]  # fmt: skip


async def test_a_forged_hop_begins_no_new_count(behind_a_proxy: Product) -> None:
    async with a_person(behind_a_proxy) as person:
        for number in range(10):
            answer = await guess(person, "forged@acme.example", **{"X-Forwarded-For": f"9.9.9.{number}, 203.0.113.9"})
            assert answer.status_code == 401
        for form in FORGED:
            for number in (1, 2):
                answer = await guess(person, "forged@acme.example", **{"X-Forwarded-For": form.format(number)})
                assert answer.status_code == 429, form


async def test_without_trusted_proxies_no_header_is_believed(tenant: TenantAccess) -> None:
    for number in range(10):
        assert (await guess(tenant.person, tenant.email, **{"X-Forwarded-For": f"9.9.9.{number}"})).status_code == 401
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "X-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip"):
        assert (await guess(tenant.person, tenant.email, **{name: "9.9.9.99"})).status_code == 429


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9, nonsense, 10.0.0.2"], "10.0.0.2"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        ("10.0.0.1", ["[2001:db8::1]:443"], "2001:db8::1"),
        ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
    ],
)
async def test_the_caller_is_the_last_hop_that_is_no_proxy(peer: str, forwarded: list[str], caller: str) -> None:
    seen: list[str] = []

    async def app(scope: object, receive: object, send: object) -> None:
        seen.append(scope["client"][0])  # pyright: ignore[reportIndexIssue, reportUnknownMemberType, reportUnknownArgumentType]

    scope = {
        "type": "http",
        "client": (peer, 1),
        "headers": [(b"x-forwarded-for", line.encode()) for line in forwarded],
    }
    await Proxies(app, networks(["10.0.0.0/8"]))(scope, None, None)  # pyright: ignore[reportArgumentType]
    assert seen == [caller]


def test_a_customer_of_ipv6_is_one_caller() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:203.0.113.9") == "203.0.113.9"
    assert network_of(None) == ""


async def test_each_wait_is_twice_the_one_before_and_ends_somewhere(database: Database) -> None:
    counted = Counted("sign_in", "ann", often=3, first_s=30, longest_s=900)
    assert [counted.wait_s(count) for count in range(1, 10)] == [0, 0, 30, 60, 120, 240, 480, 900, 900]
    assert counted.wait_s(10**9) == 900
    for _ in range(3):
        await attempts.begin(database, (counted,))
    with pytest.raises(OverQuotaError) as caught:
        await attempts.begin(database, (counted,))
    assert 0 < caught.value.retry_after_s <= 31


async def test_attempts_at_once_are_each_counted(database: Database) -> None:
    network, person = Counted("sign_in_from", "n", 100), Counted("sign_in", "ann", 5)

    async def attempt() -> bool:
        try:
            await attempts.begin(database, (network, person))
        except OverQuotaError:
            return False
        return True

    assert sum(await asyncio.gather(*(attempt() for _ in range(20)))) == 5


async def test_one_that_succeeds_gives_back_its_own_and_no_more(database: Database) -> None:
    network, other = Counted("sign_in_from", "n", 3), Counted("sign_in", "bob", 99)
    for _ in range(2):
        await attempts.begin(database, (network, Counted("sign_in", "ann", 99)))
    for _ in range(5):
        await attempts.begin(database, (network, other))
        await attempts.succeeded(database, (network, other))
    await attempts.begin(database, (network, other))
    with pytest.raises(OverQuotaError):
        await attempts.begin(database, (network, other))


def test_a_full_table_forgets_who_was_silent_longest_and_nobody_else() -> None:
    throttle = Throttle(often=2, seconds=300, names_max=100)
    assert [throttle.wait_s("guesser") is None for _ in range(3)] == [True, True, False]
    for number in range(5_000):
        throttle.wait_s(f"stranger-{number}")
        assert throttle.wait_s("guesser") is not None
    assert throttle.names == 100


def a_person(product: Product, network: str = "203.0.113.1") -> httpx2.AsyncClient:
    headers = {"X-Sealwright-Csrf": "1", "X-Forwarded-For": network}
    return httpx2.AsyncClient(base_url=f"{product.url}/api/v1", headers=headers, timeout=60)


async def sign_up(person: httpx2.AsyncClient, email: str) -> None:
    body = {"email": email, "password": PASSWORD, "name": "A person", "tenant_name": email.partition("@")[0]}
    assert (await person.post("/signup", json=body)).status_code == 201


async def test_a_setting_that_is_no_network_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pydantic import ValidationError

    from api.settings import Settings

    monkeypatch.setenv("SEALWRIGHT_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7")
    assert [str(one) for one in Settings().trusted_proxies] == ["10.0.0.0/8", "192.0.2.7/32"]
    monkeypatch.setenv("SEALWRIGHT_TRUSTED_PROXIES", "10.0.0.0/8, everybody")
    with pytest.raises(ValidationError):
        Settings()
