"""What is set, and what is used of it, in a real Chromium: alerts, policy and limits, use over time; what serves."""

import pytest
from playwright.async_api import Page, expect

from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in, say_yes
from tests.makers import TenantAccess, make_live, make_spec

# The server looks every ten seconds, and the page asks as often.
LOOKS_MS = 120_000


async def go(page: Page, name: str) -> None:
    await page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()
    await expect(page.get_by_role("heading", name=name, level=1, exact=True)).to_be_visible()


@pytest.mark.timeout(300)
async def test_policy_is_set_whole_and_alerts_begin_and_are_over(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await set_the_policy(page)
        await set_an_alert(page)
        await see_it_begin_and_end(page, tenant)
    assert complaints == []
    policy = (await tenant.person.get(f"/tenants/{tenant.slug}")).json()["policy"]
    assert policy["uncertain"] == {"http": "retry"}
    assert policy["always_on_runs"] == ["add_numbers"]
    assert policy["limits"]["runs_at_once"] == 17
    assert (await tenant.api.get("/alerts")).json()["items"] == []


async def set_the_policy(page: Page) -> None:
    await go(page, "Policy")
    await page.get_by_label("A request that nobody knows to have arrived").select_option("retry")
    await expect(page.get_by_text("The policy is saved.").first).to_be_visible()
    box = page.get_by_label("Only runs of these tools")
    await box.fill("add_numbers nobody")
    await box.press("Tab")
    await expect(page.get_by_text("No tool is called nobody.")).to_be_visible()
    await box.fill("add_numbers")
    await box.press("Tab")
    await expect(page.get_by_text("No tool is called")).to_have_count(0)
    limits = page.get_by_role("table", name="Limits")
    await expect(limits.get_by_role("row", name="Stored: runs")).to_contain_text("B")
    field = limits.get_by_label("Runs at once that somebody waits for")
    await field.fill("17")
    await field.press("Tab")
    await page.reload()
    await expect(field).to_have_value("17")
    await demand_sound(page)


async def set_an_alert(page: Page) -> None:
    await go(page, "Alerts")
    await expect(page.get_by_text("No alerts yet")).to_be_visible()
    await page.get_by_label("Failed runs, at least").fill("3")
    await page.get_by_label("Of which tool").select_option("add_numbers")
    await expect(page.get_by_label("Write letters to me")).to_be_disabled()
    await page.get_by_role("button", name="Set", exact=True).click()
    row = page.get_by_role("row", name="3 or more runs of add_numbers fail within 1 h")
    await expect(row).to_contain_text("quiet")
    await demand_sound(page)
    await row.get_by_role("button", name="Pause").click()
    await expect(row).to_contain_text("paused")
    await row.get_by_role("button", name="Remove").click()
    await say_yes(page, "Remove")
    await expect(page.get_by_text("No alerts yet")).to_be_visible()


async def see_it_begin_and_end(page: Page, tenant: TenantAccess) -> None:
    await page.get_by_label("Tell me when").select_option("storage")
    await page.get_by_role("button", name="Set", exact=True).click()
    row = page.get_by_role("row", name="of what may be stored is used")
    await expect(row).to_contain_text("quiet")
    limits = (await tenant.person.get(f"/tenants/{tenant.slug}")).json()["policy"]["limits"]
    full = {"limits": {**limits, "stored_bytes": 1}}
    assert (await tenant.person.patch(f"/tenants/{tenant.slug}/policy", json=full)).status_code == 200
    await expect(row).to_contain_text("since", timeout=LOOKS_MS)
    await demand_sound(page)
    assert (await tenant.person.patch(f"/tenants/{tenant.slug}/policy", json={"limits": limits})).status_code == 200
    await expect(row).to_contain_text("quiet", timeout=LOOKS_MS)
    await row.get_by_role("button", name="Remove").click()
    await say_yes(page, "Remove")
    await expect(page.get_by_text("No alerts yet")).to_be_visible()


@pytest.mark.timeout(240)
async def test_use_over_time_what_serves_and_a_way_on_from_nowhere(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant)
    for a in (1, 2):
        ran = await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": a, "b": 2}})
        assert ran.json()["outcome"] == "returned", ran.text
    draft = make_spec(description="Says what two numbers are together, " + "x" * 2_000)
    assert (await tenant.api.put("/tools/add_numbers", json=draft)).status_code == 200
    for name, secret in (("first", "a.example"), ("second", "b.example")):
        body = {"value": f"not to be told {name}", "hosts": [secret]}
        assert (await tenant.api.put("/secrets/shop_key", json=body)).status_code == 200
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await see_what_was_used(page)
        await see_what_serves(page)
        await see_before_and_after(page)
        await page.goto(page.url.replace("/settings/audit", "/nowhere/at/all").split("?")[0])
        await expect(page.get_by_role("heading", name="There is nothing at this address", level=1)).to_be_visible()
        await demand_sound(page)
        await go(page, "Tools")
    assert complaints == []


async def see_what_was_used(page: Page) -> None:
    await go(page, "Usage")
    await expect(page.get_by_role("img", name="2 runs in 14 days")).to_be_visible()
    rows = page.get_by_role("table", name="Use", exact=True).get_by_role("row")
    await expect(rows.nth(1)).to_contain_text("add_numbers")
    await page.get_by_label("Used by").select_option("caller")
    await expect(rows.nth(1)).to_contain_text("api key")
    await page.get_by_label("How far back").select_option("7")
    await page.reload()  # the address holds what was chosen
    await expect(page.get_by_role("img", name="2 runs in 7 days")).to_be_visible()
    await expect(rows.nth(1)).to_contain_text("api key")
    await demand_sound(page)


async def see_what_serves(page: Page) -> None:
    await go(page, "Tools")
    await page.get_by_role("link", name="add_numbers", exact=True).click()
    lead = page.locator("header p")
    await expect(lead).to_contain_text("Adds two whole numbers")
    await expect(lead).to_contain_text("The spec of the next version says: Says what two numbers are together")
    await demand_sound(page)


async def see_before_and_after(page: Page) -> None:
    await go(page, "Audit trail")
    await page.get_by_role("combobox", name="About").select_option("secret")
    rows = page.get_by_role("table", name="Audit trail", exact=True).get_by_role("row")
    await rows.filter(has_text="secret stored").first.get_by_role("button", name="Details").click()
    said = page.get_by_role("table", name="What event").get_by_role("row").filter(has_text="hosts")
    await expect(said.get_by_role("cell")).to_have_text(["hosts", '["a.example"]', '["b.example"]'])
    await expect(page.locator("main")).not_to_contain_text("not to be told")
