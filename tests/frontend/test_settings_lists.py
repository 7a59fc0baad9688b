"""Every section of the settings in a real Chromium: what is made there is shown once, listed, and taken out again."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in, say_yes
from tests.makers import TenantAccess, make_live

# The links of the sidebar, and the headings that they lead to.
SECTIONS = (
    "Members",
    "Sign-in",
    "API keys",
    "Connected agents",
    "Secrets",
    "Connections",
    "Saved data",
    "Files",
    "Webhooks",
    "Alerts",
    "Policy",
    "Usage",
    "Audit trail",
)


@pytest.mark.timeout(180)
async def test_an_owner_makes_things_in_the_settings_and_takes_them_out(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await open_each_section(page)
        await make_a_key(page)
        await set_a_secret(page)
        await set_up_a_webhook(page)
        await schedule(page)
        assert complaints == []
        await set_up_a_provider(page)
    keys = (await tenant.api.get("/api-keys")).json()["items"]
    made = next(key for key in keys if key["name"] == "nightly import")
    assert made["revoked_at"] is not None
    assert sorted(made["scopes"]) == ["runs:read", "tools:author", "tools:call"]
    for nothing in ("/secrets", "/webhooks", "/schedules", "/identity-providers"):
        assert (await tenant.api.get(nothing)).json()["items"] == [], nothing


async def open_each_section(page: Page) -> None:
    for section in SECTIONS:
        link = page.get_by_role("navigation", name="Main").get_by_role("link", name=section, exact=True)
        await link.click()
        await expect(page.get_by_role("heading", name=section, level=1, exact=True)).to_be_visible()
        await expect(link).to_have_attribute("aria-current", "page")
    links = page.get_by_role("navigation", name="Main").get_by_role("link")
    addresses = await links.evaluate_all("all => all.map(one => one.pathname).filter(one => /settings/.test(one))")
    assert len(addresses) == len(SECTIONS)
    await page.goto(page.url.replace("/audit", "/nothing-of-the-kind"))
    await expect(page.get_by_text("There is nothing at this address")).to_be_visible()
    await page.goto(page.url.replace("/nothing-of-the-kind", "/toString"))
    await expect(page.get_by_text("There is nothing at this address")).to_be_visible()
    await page.get_by_role("link", name="Back to Home").click()


async def make_a_key(page: Page) -> None:
    await page.get_by_role("link", name="API keys").click()
    await page.get_by_label("Name", exact=True).fill("nightly import")
    for scope in ("Call tools", "Read runs"):
        await page.get_by_label(scope).uncheck()
    button = page.get_by_role("button", name="Make key")
    await expect(button).to_have_attribute("aria-description", "Choose at least one thing that the key may do.")
    for scope in ("Call tools", "Read runs", "Propose and revise tools"):
        await page.get_by_label(scope).check()
    await button.click()
    await expect(page.get_by_text("The key “nightly import” is made.")).to_be_visible()
    await expect(page.get_by_label("API key", exact=True)).to_contain_text("sw_")
    await page.get_by_role("button", name="I have copied it").click()
    await expect(page.get_by_label("API key", exact=True)).to_have_count(0)
    row = page.get_by_role("table", name="API keys").get_by_role("row", name="nightly import")
    await expect(row).to_contain_text("never")
    await page.get_by_role("button", name="Revoke nightly import").click()
    await say_yes(page, "Revoke")
    await expect(row).to_contain_text("revoked")


async def set_a_secret(page: Page) -> None:
    await page.get_by_role("link", name="Secrets").click()
    await expect(page.get_by_text("No secrets yet")).to_be_visible()
    await page.get_by_label("Name", exact=True).fill("stripe_key")
    await page.get_by_role("textbox", name="Value").fill("not to be shown again")
    await page.get_by_label("Hosts it may be sent to").fill("api.stripe.com, files.stripe.com")
    await page.get_by_label("Expires").fill((datetime.now(UTC) + timedelta(days=3)).date().isoformat())
    await page.get_by_role("button", name="Set", exact=True).click()
    row = page.get_by_role("table", name="Secrets").get_by_role("row", name="stripe_key")
    await expect(row).to_contain_text("api.stripe.com, files.stripe.com")
    await expect(row).to_contain_text("in 3 days")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("")
    await expect(page.get_by_role("textbox", name="Value")).to_have_value("")
    await page.get_by_role("button", name="Remove stripe_key").click()
    await say_yes(page, "Remove")
    await expect(page.get_by_text("No secrets yet")).to_be_visible()


async def set_up_a_webhook(page: Page) -> None:
    await page.get_by_role("link", name="Webhooks").click()
    await page.get_by_label("Address").fill("https://example.com/hooks")
    await page.get_by_label("A version went live").check()
    await page.get_by_role("button", name="Set up").click()
    await expect(page.get_by_label("Signing key", exact=True)).to_contain_text("whsec_")
    await page.get_by_role("button", name="I have copied it").click()
    await expect(page.get_by_role("heading", name="https://example.com/hooks")).to_be_visible()
    await expect(page.get_by_text("A run has finished; A version went live.")).to_be_visible()
    await page.get_by_role("button", name="Remove https://example.com/hooks").click()
    await say_yes(page, "Remove")
    await expect(page.get_by_role("heading", name="https://example.com/hooks")).to_have_count(0)


async def schedule(page: Page) -> None:
    await page.get_by_role("link", name="Schedules").click()
    await expect(page.get_by_text("Nothing is scheduled")).to_be_visible()
    await page.get_by_label("Minute hour day month weekday").fill("0 9 * * 1-5")
    await page.get_by_label("Arguments").fill('{"a": 1, "b": 2}')
    await page.get_by_role("button", name="Schedule", exact=True).click()
    row = page.get_by_role("table", name="Schedules").get_by_role("row", name="add_numbers")
    await expect(row).to_contain_text("never")
    await expect(page.get_by_label("Minute hour day month weekday")).to_have_value("")
    await row.get_by_role("button", name="Pause").click()
    await expect(row).to_contain_text("paused")
    await row.get_by_role("button", name="Remove").click()
    await say_yes(page, "Remove")
    await expect(page.get_by_text("Nothing is scheduled")).to_be_visible()


async def set_up_a_provider(page: Page) -> None:
    """Nobody answers at the issuer: what was wrong stands beside its field, and what was entered is kept."""
    await page.get_by_role("link", name="Sign-in").click()
    await expect(page.get_by_text("Passwords only")).to_be_visible()
    fields = {
        "Name": "okta",
        "Button": "Acme staff",
        "Issuer": "https://login.nobody.invalid",
        "Client id": "sealwright",
        "Domains of email addresses it vouches for": "acme.example",
    }
    for label, value in fields.items():
        await page.get_by_label(label, exact=True).fill(value)
    await expect(page.get_by_label("Redirect address", exact=True)).to_contain_text("/sign-in/okta/callback")
    await page.get_by_role("button", name="Set up").click()
    await expect(page.get_by_role("alert").or_(page.locator("[aria-invalid=true]")).first).to_be_visible()
    await expect(page.get_by_label("Client id", exact=True)).to_have_value("sealwright")
