"""Signing in and one's own account, in a real Chromium: letters, an app's codes, a passkey, other browsers."""

import re
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.api.people import PASSWORD, code_of, form, letter, sign_in
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, say_yes
from tests.makers import Product, served, unused_port

NEW = "another long password"


@pytest.fixture
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Product]:
    """Letters are sent, and the origin is a name: a browser makes no passkeys for a bare address."""
    port = unused_port()
    changes: dict[str, Any] = {
        "port": port,
        "public_url": f"http://localhost:{port}",
        "mail_from": "Sealwright <no-reply@host.example>",
    }
    async with served(tmp_path_factory.mktemp("profile"), **changes) as product:
        yield product


@pytest.mark.timeout(240)
async def test_a_person_proves_their_address_and_adds_second_factors(house: Product) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await sign_up(page, house)
        await add_app(page, house)
        await add_passkey(page)
        await log_in_by_passkey(page, house)
        await end_another_browser(page, house)
        await change_password(page)
    assert complaints == []


@pytest.mark.timeout(240)
async def test_a_person_who_forgot_their_password_chooses_a_new_one(house: Product) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await sign_up(page, house)
        await page.goto(f"{house.url}/login")
        await page.get_by_role("link", name="Forgot your password?").click()
        # The log-in has a field of the same name, and is still there while this page loads.
        await expect(page.get_by_role("heading", name="Choose a new password")).to_be_visible()
        await page.get_by_label("Email").fill("ann@acme.example")
        await page.get_by_role("button", name="Send me a letter").click()
        await expect(page.get_by_text("Look into your mail.")).to_be_visible()
        await page.goto(await link_in(house, 2))
        await page.get_by_label("New password").fill("password1234")
        await page.get_by_role("button", name="Change it").click()
        await expect(page.get_by_text("among the first that are tried")).to_be_visible()
        await page.get_by_label("New password").fill(NEW)
        await page.get_by_role("button", name="Change it").click()
        await page.get_by_role("link", name="Log in").click()
        await log_in(page, NEW)
        await expect(page.get_by_role("heading", name="Home")).to_be_visible()
    assert [line for line in complaints if "422" not in line] == []


async def link_in(house: Product, number: int) -> str:
    found = re.search(
        r"http://localhost:\S+/(confirm|reset-password)/\S+", await letter(house, "ann@acme.example", number)
    )
    assert found
    return found[0]


async def sign_up(page: Page, house: Product) -> None:
    await page.goto(f"{house.url}/signup")
    for label, value in (("Your name", "Ann"), ("Email", "ann@acme.example"), ("Organisation", "Acme")):
        await page.get_by_label(label).fill(value)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign up").click()
    await expect(page.get_by_text("Look into your mail.")).to_be_visible()
    await page.goto(await link_in(house, 1))
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_role("heading", name="Home")).to_be_visible()


async def log_in(page: Page, password: str) -> None:
    await page.get_by_label("Email").fill("ann@acme.example")
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Log in").click()


async def add_app(page: Page, house: Product) -> None:
    await page.get_by_role("button", name="Account menu").click()
    await page.get_by_role("menuitem", name="Profile and security").click()
    await expect(page.get_by_text("Whoever learns your password is you.")).to_be_visible()
    await page.get_by_role("button", name="Add an authenticator app").click()
    await expect(page.get_by_role("img", name="QR code for the authenticator app")).to_be_visible()
    secret = (await page.get_by_label("Key of the authenticator app", exact=True).inner_text()).strip()
    await page.get_by_label("Code of the app").fill(code_of({"secret": secret}))
    await page.get_by_role("button", name="Confirm", exact=True).click()
    codes = (await page.get_by_label("Recovery codes", exact=True).inner_text()).split()
    assert len(codes) == 10
    await page.get_by_role("button", name="I have kept them").click()
    await expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()
    # The next sign-in asks for it; a recovery code does as well.
    await page.context.clear_cookies()
    await page.goto(f"{house.url}/login?next=/profile")
    await log_in(page, PASSWORD)
    await page.get_by_role("button", name="Use a recovery code").click()
    await page.get_by_label("Recovery code").fill(codes[0])
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()


async def add_passkey(page: Page) -> None:
    devtools: Any = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "isUserVerified": True, "hasUserVerification": True}
    options |= {"automaticPresenceSimulation": True, "hasResidentKey": True}
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    await page.get_by_label("Add a passkey").fill("My laptop")
    await page.get_by_role("button", name="Add passkey").click()
    row = page.get_by_role("table", name="Passkeys").get_by_role("row", name="My laptop")
    await expect(row).to_contain_text("never")
    # The same device once more: the browser says that it is known.
    await page.get_by_label("Add a passkey").fill("Again")
    await page.get_by_role("button", name="Add passkey").click()
    await expect(page.get_by_role("alert")).to_contain_text("passkey")


async def log_in_by_passkey(page: Page, house: Product) -> None:
    await page.context.clear_cookies()
    await page.goto(f"{house.url}/login?next=/profile")
    await log_in(page, PASSWORD)
    await expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    await page.get_by_role("button", name="Use a passkey").click()
    row = page.get_by_role("table", name="Passkeys").get_by_role("row", name="My laptop")
    await expect(row).not_to_contain_text("never")


async def end_another_browser(page: Page, house: Product) -> None:
    headers = {"X-Sealwright-Csrf": "1", "User-Agent": "Firefox/140.0"}
    async with httpx2.AsyncClient(base_url=f"{house.url}/api/v1", headers=headers, timeout=60) as other:
        assert (await other.post("/signup", json=form("other@acme.example"))).status_code == 202
        assert (await sign_in(other, "ann@acme.example")).status_code == 202
    table = page.get_by_role("table", name="Browsers")
    # The first two sign-ins are open still; this one is the third.
    await expect(table.get_by_role("row")).to_have_count(4)
    await expect(table.get_by_role("row", name="this browser")).to_contain_text("shown")
    await table.get_by_role("button", name="Sign out").first.click()
    await say_yes(page, "Sign out")
    await expect(table.get_by_role("row")).to_have_count(3)
    await page.get_by_role("button", name="Sign out all others").click()
    await say_yes(page, "Sign out")
    await expect(table.get_by_role("row")).to_have_count(2)


async def change_password(page: Page) -> None:
    await page.get_by_label("Current password").fill(PASSWORD)
    await page.get_by_label("New password").fill(NEW)
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_text("Your password is changed.")).to_be_visible()
