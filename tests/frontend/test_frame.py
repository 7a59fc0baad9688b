"""What stands around every page, in a real Chromium: the way to everything by name, menus, schedules and webhooks."""

import pytest
from playwright.async_api import Page, expect

from tests.frontend.axe import demand_sound, faults
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in, say_yes
from tests.makers import TenantAccess, make_live, make_spec


@pytest.mark.timeout(240)
async def test_everything_is_reached_by_its_name_and_what_runs_by_itself_is_looked_after(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant)
    # One more than a page of the list holds stands before the live one.
    for number in range(51):
        made = await tenant.api.post("/tools", json=make_spec(f"draft_{number}"))
        assert made.status_code == 201, made.text
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await go_by_name(page)
        await open_menus(page)
        await schedule(page)
        await try_a_webhook_out(page)
        await see_who_may_do_what(page)
        await be_told_that_no_model_writes(page)
        await get_lost(page)
    assert [one for one in complaints if "422" not in one] == []


async def go_by_name(page: Page) -> None:
    await page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="A page, a tool")
    await expect(box).to_be_focused()
    await expect(page.get_by_role("option", name="New tool")).to_be_attached()
    await demand_sound(page)
    await box.fill("call add")
    await expect(page.get_by_role("dialog").get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("tab", name="Call it")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Control+k")
    await box.fill("nothing of the kind")
    await expect(page.get_by_text("Nothing here has such a name.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(box).to_have_count(0)
    await page.get_by_role("button", name="Go to…").click()
    await box.fill("sched")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Schedules", level=1)).to_be_visible()


async def open_menus(page: Page) -> None:
    for button in ("Account menu", "Tenant"):
        await page.get_by_role("button", name=button).press("Enter")
        await expect(page.get_by_role("menuitem").first).to_be_visible()
        assert await faults(page) == [], button
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("menuitem")).to_have_count(0)


async def schedule(page: Page) -> None:
    """The one live tool is offered, however many are not; what it does not take is refused here, not at night."""
    await expect(page.get_by_role("combobox", name="Tool", exact=True)).to_have_value("add_numbers")
    await expect(page.get_by_label("Arguments")).to_have_value('{"a":1,"b":2}')
    cron = page.get_by_label("Minute hour day month weekday")
    await cron.fill("30 6 * * 1")
    await expect(page.get_by_text("06:30 on Monday")).to_be_visible()
    await page.get_by_label("Arguments").fill('{"a": "one", "b": 2}')
    await page.get_by_role("button", name="Schedule", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("/arguments/a")
    await page.get_by_label("Arguments").fill('{"a": 1, "b": 2}')
    await page.get_by_role("button", name="Schedule", exact=True).click()
    await expect(page.get_by_text("The schedule is made.")).to_be_visible()
    row = page.get_by_role("table", name="Schedules").get_by_role("row", name="add_numbers")
    await expect(row).to_contain_text("06:30 on Monday")
    await demand_sound(page)
    await row.get_by_role("button", name="Run now add_numbers").click()
    await say_yes(page, "Run now")
    await expect(page.get_by_role("heading", name="add_numbers returned")).to_be_visible()


async def try_a_webhook_out(page: Page) -> None:
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Webhooks").click()
    await page.get_by_label("Address").fill("https://hooks.nobody.invalid/hook")
    await page.get_by_role("button", name="Set up").click()
    await page.get_by_role("button", name="I have copied it").click()
    await page.get_by_role("button", name="Send a test to https://hooks").click()
    row = page.get_by_role("table", name="Deliveries").get_by_role("row", name="webhook.test")
    # The page follows what comes of it by itself.
    await expect(row).to_contain_text("hooks.nobody.invalid")
    await page.get_by_role("button", name="Pause https://hooks").click()
    await expect(page.get_by_role("button", name="Go on https://hooks")).to_be_visible()
    await page.get_by_role("button", name="New key for https://hooks").click()
    await say_yes(page, "New key")
    await expect(page.get_by_label("Signing key", exact=True)).to_contain_text("whsec_")
    await page.get_by_role("button", name="I have copied it").click()
    await page.get_by_role("button", name="Change https://hooks").click()
    await page.get_by_label("Its address").fill("https://hooks.nobody.invalid/other")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="https://hooks.nobody.invalid/other")).to_be_visible()
    await demand_sound(page)


async def see_who_may_do_what(page: Page) -> None:
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Members").click()
    row = page.get_by_role("table", name="Members").get_by_role("row", name="Owner")
    await expect(row.get_by_role("time")).to_have_count(2)
    await expect(page.get_by_text("read the audit trail")).to_be_visible()
    await demand_sound(page)


async def be_told_that_no_model_writes(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="A page, a tool").fill("new tool")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("No model is configured here, so nothing is drafted")).to_be_visible()


async def get_lost(page: Page) -> None:
    await page.goto(page.url.replace("/tools/new", "/nowhere/at/all"))
    await expect(page.get_by_role("heading", name="There is nothing at this address", level=1)).to_be_visible()
    await demand_sound(page)
