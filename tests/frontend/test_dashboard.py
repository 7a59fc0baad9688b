"""The dashboard in a real Chromium, against the real server: log in, review, approve, call, see the run."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import ConsoleMessage, Page, async_playwright, expect

from tests.makers import CHECKOUT, TenantAccess, make_live, make_spec, propose

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# A busy machine is slow, not wrong; what is waited for here appears at once on a quiet one.
PATIENCE_MS = 15_000

REMEMBERING = '''"""Add numbers."""

from sealwright import ledger


def add_numbers(a: int, b: int) -> dict[str, int]:
    """Return the sum of two whole numbers, and note that it was asked for."""
    if not ledger.is_done(f"sums/{a}/{b}"):
        ledger.done([f"sums/{a}/{b}"])
    return {"sum": a + b}
'''
REMEMBERED: dict[str, Any] = {
    "examples": [
        {"arguments": {"a": 1, "b": 2}, "result": {"sum": 3}, "done": {"ledger": ["sums/1/2"]}},
        {"arguments": {"a": -5, "b": 5}, "result": {"sum": 0}},
    ]
}


@asynccontextmanager
async def a_browser(complaints: list[str]) -> AsyncGenerator[Page]:
    """A fresh window. `complaints` gathers what the page writes to its console as an error."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    assert program, "Chromium is not on PATH; ./dev setup installs it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 1360, "height": 900})
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)

        def heard(message: ConsoleMessage) -> None:
            # Nobody being signed in is the one answer of the server that a browser reports by itself.
            if message.type == "error" and "401" not in message.text:
                complaints.append(message.text)

        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        await browser.close()


@pytest.mark.timeout(180)
async def test_a_person_logs_in_reviews_a_version_approves_it_and_sees_a_run(tenant: TenantAccess) -> None:
    assert (CHECKOUT / "frontend" / "dist" / "index.html").exists(), "the dashboard is not built; ./dev setup builds it"
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant)
    revised = make_spec(capabilities={"ledger": ["sums/*"]}, effects="idempotent", **REMEMBERED)
    assert (await tenant.api.put("/tools/add_numbers", json=revised)).status_code == 200
    version = await propose(tenant, "add_numbers", REMEMBERING)
    assert version["state"] == "awaiting_approval", version["findings"]

    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await review(page)
        await page.get_by_role("button", name="Approve and put live").click()
        await expect(page.get_by_role("heading", name="Version 2 live")).to_be_visible()
        await call_by_hand(page)
        await see_the_run(page)
    assert complaints == []

    run = (await tenant.api.get("/runs?tool=add_numbers")).json()["items"][0]
    assert (run["outcome"], run["version"], run["caller"]["kind"]) == ("returned", 2, "person")


async def log_in(page: Page, tenant: TenantAccess) -> None:
    await page.goto(tenant.product.url)
    await page.get_by_label("Email").fill(tenant.email)
    await page.get_by_label("Password", exact=True).fill("not the password")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("Password", exact=True).fill(tenant.password)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Home")).to_be_visible()
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Tools", exact=True).click()
    await expect(page.get_by_role("heading", name="Tools", exact=True)).to_be_visible()


async def say_yes(page: Page, verb: str) -> None:
    """Answer what the page asks before something that cannot be taken back."""
    await page.get_by_role("dialog").get_by_role("button", name=verb, exact=True).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def review(page: Page) -> None:
    """From the list to what waits; the authority and the code say what is new against the live version."""
    await page.get_by_role("link", name="v2 awaiting approval").click()
    await expect(page.get_by_role("heading", name="Version 2 awaiting approval")).to_be_visible()
    await expect(page.get_by_text("compared with v1, which is live")).to_be_visible()
    new = page.get_by_role("listitem").filter(has_text="New")
    # In short, and with all else that it may do.
    await expect(new.filter(has_text="Read and change the ledger's entries sums/*.")).to_have_count(2)
    await expect(page.get_by_label("Gates that found nothing")).to_contain_text("Determinism")
    await expect(page.get_by_label("v1 live").first).not_to_contain_text("ledger")
    await expect(page.get_by_label("v2 awaiting approval").first).to_contain_text("ledger.is_done")


async def call_by_hand(page: Page) -> None:
    await page.get_by_label("Breadcrumb").get_by_role("link", name="add_numbers").click()
    await page.get_by_role("tab", name="Call it").click()
    await page.get_by_role("textbox", name="a", exact=True).fill("40")
    await page.get_by_role("textbox", name="b", exact=True).fill("2")
    await page.get_by_role("button", name="Call add_numbers").click()
    await page.get_by_role("link", name="The whole run").click()


async def see_the_run(page: Page) -> None:
    await expect(page.get_by_role("heading", name="add_numbers returned")).to_be_visible()
    await expect(page.get_by_label("Result")).to_contain_text('"sum": 42')
    await expect(page.get_by_text("Peak memory")).to_be_visible()
    await page.get_by_role("link", name="Runs", exact=True).first.click()
    await expect(page.get_by_role("table", name="Runs").get_by_role("row")).to_have_count(2)  # with the header
