"""A tool that changes while it serves, in a real Chromium: a canary, and the notice that it is to go."""

import pytest
from playwright.async_api import expect

from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in, say_yes
from tests.makers import TenantAccess, make_live, make_source, propose


@pytest.mark.timeout(180)
async def test_an_approver_shares_the_calls_promotes_and_deprecates(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant)
    await propose(tenant, "add_numbers", make_source().replace("a + b", "b + a"))
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await page.get_by_role("link", name="v2 awaiting approval").click()
        await page.get_by_role("combobox", name="Calls it serves at first").click()
        await page.get_by_role("option", name="10 %, as a canary").click()
        await page.get_by_role("button", name="Approve for 10 % of calls").click()
        await expect(page.get_by_text("Version 2, the canary")).to_be_visible()
        await expect(page.get_by_role("heading", name="Version 2 canary, 10 %")).to_be_visible()
        await page.get_by_label("Breadcrumb").get_by_role("link", name="add_numbers").click()
        await expect(page.get_by_role("row", name="Version 2")).to_contain_text("canary")
        await page.get_by_role("combobox", name="Share of the canary").click()
        await page.get_by_role("option", name="50 %").click()
        await expect(page.get_by_text("50 %", exact=True).first).to_be_visible()
        await page.get_by_role("button", name="Promote now").click()
        await say_yes(page, "Promote")
        await expect(page.get_by_role("row", name="Version 1")).to_contain_text("retired")
        await page.get_by_role("button", name="Deprecate").click()
        await page.get_by_label("What callers are told").fill("Nobody adds by hand any more.")
        await page.get_by_role("dialog").get_by_role("button", name="Deprecate").click()
        await expect(page.get_by_text("It is deprecated: Nobody adds by hand any more.")).to_be_visible()
        await page.get_by_role("button", name="Take the notice back").click()
        await expect(page.get_by_role("button", name="Deprecate")).to_be_visible()
    assert complaints == []
    audit = [event["action"] for event in (await tenant.api.get("/audit")).json()["items"]]
    assert audit[:5] == [
        "tool.deprecation_undone",
        "tool.deprecated",
        "canary.promoted",
        "canary.changed",
        "version.approved",
    ]
