"""Two runs side by side, with real differences only; a long log that is searched."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, REMEMBERED, a_browser, log_in
from tests.makers import TenantAccess, make_live, make_spec

SOURCE = '''"""Add numbers."""

from sealwright import ledger, log


def add_numbers(a: int, b: int) -> dict[str, int]:
    """Return the sum of two whole numbers, and note that it was asked for."""
    for number in range(12):
        log.info(f"step {number} of {a}")
    if not ledger.is_done(f"sums/{a}/{b}"):
        ledger.done([f"sums/{a}/{b}"])
    return {"sum": a + b}
'''


@pytest.mark.timeout(180)
async def test_two_runs_are_compared_and_a_long_log_is_searched(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant, make_spec(capabilities={"ledger": ["sums/*"]}, effects="idempotent", **REMEMBERED), SOURCE)
    for b in (2, 2, 3):
        run = (await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": b}})).json()
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await page.goto(f"{tenant.product.url}/tenants/{tenant.slug}/runs/{run['id']}")
        await page.get_by_label("Search in the log").fill("STEP 1")
        await expect(page.get_by_text("3 of 12 lines")).to_be_visible()
        await expect(page.get_by_label("Log", exact=True)).not_to_contain_text("step 2")
        await page.get_by_role("button", name="Compare").click()
        await expect(page.get_by_role("heading", name="Two runs side by side")).to_be_visible()
        # The one before it: another sum, another question to the ledger; the log is the same.
        await expect(part(page, "Arguments")).to_contain_text("different")
        await expect(part(page, "What it asked of the world")).to_contain_text("sums/1/3")
        await expect(part(page, "Log")).to_contain_text("Nothing differs.")
        await demand_sound(page)
        await page.get_by_role("combobox", name="Compare with").click()
        await page.get_by_role("option").nth(1).click()
        await expect(page).to_have_url(re.compile("with="))
        await expect(part(page, "What came of it")).to_contain_text("different")
    assert complaints == []


def part(page: Page, title: str) -> Locator:
    return page.locator("section").filter(has=page.get_by_role("heading", name=title, exact=True))
