"""The audit trail in a real Chromium: what was changed is found, read with before and after, verified and given out."""

import json

import pytest
from playwright.async_api import Page, expect

from tenants.rules import audit
from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import TenantAccess, make_live


@pytest.mark.timeout(120)
async def test_the_trail_is_searched_read_verified_and_exported(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant)
    for days in (30, 31):
        assert (await tenant.api.patch("/policy", json={"run_retention_days": days})).status_code == 200
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await page.get_by_role("navigation", name="Main").get_by_role("link", name="Audit trail").click()
        await find_the_change(page)
        await verify_it(page)
        await export_it(page)
        await follow_a_version(page)
    assert complaints == []


async def find_the_change(page: Page) -> None:
    rows = page.get_by_role("table", name="Audit trail", exact=True).get_by_role("row")
    await page.get_by_role("combobox", name="About").select_option("policy")
    await expect(rows.filter(has_text="policy changed").first).to_be_visible()
    await expect(rows.filter(has_text="version approved")).to_have_count(0)
    await page.reload()  # the address holds what is looked for
    await expect(rows.filter(has_text="version approved")).to_have_count(0)
    await rows.filter(has_text="policy changed").first.get_by_role("button", name="Details").click()
    change = page.get_by_role("table", name="What event").get_by_role("row").filter(has_text="run retention days")
    await expect(change.get_by_role("cell")).to_have_text(["run retention days", "30", "31"])
    await demand_sound(page)


async def verify_it(page: Page) -> None:
    await page.get_by_role("button", name="Verify the chain").click()
    await expect(page.get_by_text("events, unchanged and in order")).to_be_visible()
    await demand_sound(page)


async def export_it(page: Page) -> None:
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Export").click()
    rows = [json.loads(line) for line in (await (await download.value).path()).read_text("utf-8").splitlines()]
    assert len(rows) > 4
    assert audit.verify(rows) == []


async def follow_a_version(page: Page) -> None:
    await page.get_by_role("combobox", name="About").select_option("version")
    await page.get_by_role("link", name="add_numbers/1").first.click()
    await expect(page.get_by_role("heading", name="Version 1 live")).to_be_visible()
