"""What tools have saved, in a real Chromium: values, the ledger and files are found, read, changed and removed."""

import base64
import json

import pytest
from playwright.async_api import Page, expect

from tests.api.test_everything_kept import TEXT, put, remember
from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in, say_yes
from tests.makers import TenantAccess

LONG = "x" * 10_000
HOSTILE = "<img src=x onerror=alert(1)>"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.mark.timeout(240)
async def test_saved_data_is_found_changed_under_audit_and_removed_after_a_question(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await remember(tenant)
    values = {"rates/eu": TEXT, "rates/us": "7", "k" * 500: json.dumps(LONG), "hostile": json.dumps(HOSTILE)}
    for key, text in values.items():
        assert (await put(tenant, key, text)).status_code == 204
    assert (await put(tenant, "own", "[1]", scope="tool:add_numbers")).status_code == 204
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await page.get_by_role("navigation", name="Main").get_by_role("link", name="Saved data").click()
        await demand_sound(page)
        await change_a_value(page)
        await look_into_a_scope(page)
        await forget_an_effect(page)
    # What is no JSON is refused by the server, which a browser reports by itself.
    assert [one for one in complaints if "422" not in one] == []
    left = {one["key"]: one["text"] for one in (await tenant.api.get("/data/values")).json()["items"]}
    assert left["rates/eu"] == TEXT.replace("1.0", "2.0")
    assert ("rates/us" in left, left["new"]) == (False, '{"a": 1}')
    told = (await tenant.api.get("/audit", params={"who": "Owner"})).json()["items"]
    actions = [one["action"] for one in told if one["action"].startswith(("value.", "effect."))]
    assert actions == ["effect.forgotten", "value.changed", "value.removed", "value.changed"]


async def change_a_value(page: Page) -> None:
    table = page.get_by_role("table", name="Saved values")
    await page.get_by_role("button", name="Open hostile").click()
    await expect(page.get_by_label("Value of hostile")).to_have_value(json.dumps(HOSTILE))
    await demand_sound(page)
    await page.get_by_label("Search values").fill("RATES")
    await expect(table.get_by_role("row")).to_have_count(3)  # with the header
    await page.reload()  # the address holds what is looked for
    await expect(table.get_by_role("row")).to_have_count(3)
    await page.get_by_role("button", name="Open rates/eu").press("Enter")
    box = page.get_by_label("Value of rates/eu")
    await expect(box).to_have_value(TEXT)
    await box.fill("{")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("This is no JSON")
    await box.fill(TEXT.replace("1.0", "2.0"))
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("The value is saved")).to_be_visible()
    await expect(box).to_have_count(0)
    await page.get_by_role("button", name="Remove rates/us").click()
    await expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    await say_yes(page, "Remove")
    await expect(table.get_by_role("row")).to_have_count(2)
    await page.get_by_label("Key", exact=True).fill("new")
    await page.get_by_label("Value, as JSON").fill('{"a": 1}')
    await page.get_by_role("button", name="Keep", exact=True).click()
    await expect(page.get_by_text("The value is kept.")).to_be_visible()


async def look_into_a_scope(page: Page) -> None:
    await page.get_by_label("Search values").fill("")
    await page.get_by_role("combobox", name="Whose values").select_option("tool:add_numbers")
    await expect(page.get_by_role("table", name="Saved values").get_by_role("row")).to_have_count(2)


async def forget_an_effect(page: Page) -> None:
    await page.get_by_role("tab", name="Ledger").click()
    rows = page.get_by_role("table", name="Ledger").get_by_role("row")
    await expect(rows).to_have_count(3)
    await demand_sound(page)
    await page.get_by_label("Search the ledger").fill("sums/2")
    await expect(rows).to_have_count(2)
    await page.get_by_role("button", name="Forget sums/2/2").click()
    await say_yes(page, "Forget")
    await expect(page.get_by_text("The ledger has nothing of the kind")).to_be_visible()
    await page.get_by_label("Search the ledger").fill("")
    await expect(rows).to_have_count(2)
    await page.get_by_role("link", name="its run").click()
    await expect(page.get_by_role("heading", name="add_numbers returned")).to_be_visible()


@pytest.mark.timeout(180)
async def test_files_lie_in_folders_and_are_looked_at_without_running_anything(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    files = {
        "reports/2026/sums.csv": b'name,sum\n"Ann, A.",3\n' + HOSTILE.encode() + b",4\n",
        "reports/page.html": f"<script>document.title = 'taken'</script>{HOSTILE}{LONG}".encode(),
        "reports/dot.bin": PNG,
        "reports/noise": b"\xff\xfe\x00\x01",
        "first.txt": "größer als nichts".encode(),
    }
    for path, content in files.items():
        assert (await tenant.api.put(f"/files/{path}", content=content)).status_code == 204
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await page.get_by_role("navigation", name="Main").get_by_role("link", name="Files").click()
        row = page.get_by_role("table", name="Files").get_by_role("row", name="first.txt")
        await expect(row).to_contain_text("all")  # the key that wrote it
        await expect(page.get_by_role("row", name="reports/")).to_contain_text("4 files")
        await page.get_by_role("link", name="reports/").click()
        await look_at_each(page)
        await page.get_by_role("link", name="2026/").click()
        await page.get_by_role("button", name="Look at reports/2026/sums.csv").click()
        shown = page.get_by_role("region", name="What reports/2026/sums.csv holds")
        await expect(shown.get_by_role("cell")).to_have_count(6)
        assert await shown.get_by_role("cell").all_inner_texts() == ["name", "sum", "Ann, A.", "3", HOSTILE, "4"]
        await page.reload()  # the address holds the folder
        await expect(page.get_by_role("link", name="sums.csv")).to_be_visible()
        await page.get_by_role("navigation", name="Folder").get_by_role("link", name="All files").click()
        await expect(row).to_be_visible()
    assert complaints == []


async def look_at_each(page: Page) -> None:
    for path in ("reports/page.html", "reports/dot.bin", "reports/noise"):
        await page.get_by_role("button", name=f"Look at {path}").click()
    await expect(page.get_by_role("region", name="What reports/page.html holds")).to_contain_text("<script>")
    picture = page.get_by_role("img", name="reports/dot.bin")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("one => one.naturalWidth") == 1
    await expect(page.get_by_text("It is neither text nor a picture")).to_be_visible()
    assert await page.locator("main img").count() == 1
    assert "taken" not in await page.title()
    await demand_sound(page)
