"""Settings in a real Chromium: somebody is invited and joins; databases, files and the key are looked after."""

import pytest
from playwright.async_api import Page, expect

from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in, say_yes
from tests.makers import TenantAccess

PASSWORD = "a password of their own"


@pytest.mark.timeout(180)
async def test_an_owner_invites_somebody_who_joins_and_looks_after_what_tools_use(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await page.get_by_role("link", name="Members").click()
        link = await invite(page, "ann@guests.example")
        await connect(page)
        await put_a_file(page)
        await renew_the_key(page)
        await page.get_by_role("button", name="Account menu").click()
        await page.get_by_role("menuitem", name="Log out").click()
        await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        await join(page, link)
        assert complaints == []
        await page.goto(link)
        await expect(page.get_by_role("alert")).to_contain_text("Ask an owner for a new link.")
    members = (await tenant.api.get("/members")).json()["items"]
    assert [(one["email"], one["role"]) for one in members][1:] == [("ann@guests.example", "viewer")]


async def invite(page: Page, email: str) -> str:
    await page.get_by_label("Email of whom you invite").fill(email)
    await page.get_by_role("combobox", name="They become").click()
    await page.get_by_role("option", name="viewer").click()
    await page.get_by_role("button", name="Make a link").click()
    await expect(page.get_by_text("No mail is sent: pass the link on yourself.")).to_be_visible()
    link = (await page.get_by_label("Invitation link", exact=True).inner_text()).strip()
    await page.get_by_role("button", name="I have copied it").click()
    row = page.get_by_role("table", name="Open invitations").get_by_role("row", name=email)
    await expect(row).to_contain_text("viewer")
    await page.get_by_label("Email of whom you invite").fill("wrong@guests.example")
    await page.get_by_role("button", name="Make a link").click()
    await page.get_by_role("button", name="I have copied it").click()
    await page.get_by_role("button", name="Revoke the invitation of wrong@guests.example").click()
    await say_yes(page, "Revoke")
    await expect(page.get_by_role("row", name="wrong@guests.example")).to_have_count(0)
    return link


async def connect(page: Page) -> None:
    await page.get_by_role("link", name="Connections").click()
    await page.get_by_label("Name", exact=True).fill("crm")
    await page.get_by_role("textbox", name="URL").fill("postgresql://reader:secret-password@127.0.0.1:1/crm")
    await page.get_by_role("button", name="Set", exact=True).click()
    row = page.get_by_role("table", name="Connections").get_by_role("row", name="crm")
    await expect(row).to_contain_text("reader@127.0.0.1:1/crm")
    await page.get_by_role("button", name="Check crm").click()
    await expect(page.get_by_role("alert")).to_contain_text("crm does not work")
    await page.get_by_role("button", name="Remove crm").click()
    await say_yes(page, "Remove")
    await expect(page.get_by_text("No connections yet")).to_be_visible()


async def put_a_file(page: Page) -> None:
    await page.get_by_role("link", name="Files").click()
    chosen = {"name": "customers.csv", "mimeType": "text/csv", "buffer": b"name\nAnn\n"}
    await page.locator("input[type=file]").set_input_files([chosen])  # pyright: ignore[reportArgumentType]
    await page.get_by_label("Path that tools read it by").fill("imports/new customers.csv")
    await page.get_by_role("button", name="Put", exact=True).click()
    # Where it was put is where the page goes.
    saved = page.get_by_role("link", name="new customers.csv")
    async with page.expect_download() as download:
        await saved.click()
    assert (await (await download.value).path()).read_bytes() == b"name\nAnn\n"
    await page.get_by_role("button", name="Remove imports/new customers.csv").click()
    await say_yes(page, "Remove")
    await expect(page.get_by_text("Nothing lies in this folder")).to_be_visible()


async def renew_the_key(page: Page) -> None:
    await page.get_by_role("link", name="Secrets").click()
    await page.get_by_role("button", name="Renew the key").click()
    await expect(page.get_by_role("dialog")).to_contain_text("the old key is destroyed")
    await page.get_by_role("dialog").get_by_role("button", name="Renew").click()
    await expect(page.get_by_text("The key is renewed.")).to_be_visible()
    await page.get_by_role("button", name="Done").click()


async def join(page: Page, link: str) -> None:
    await page.goto(link)
    await expect(page.get_by_text("invites ann@guests.example")).to_be_visible()
    await page.get_by_label("Your name").fill("Ann Guest")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign up and join").click()
    await expect(page.get_by_role("heading", name="Tools")).to_be_visible()
