"""Tools and what became of their calls, in a real Chromium: how each fares, called in place, found again, made a case."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import TenantAccess, make_live, make_spec

# It asks the world 46 times the same, and its error is as long as what it was given.
SOURCE = '''"""Check a note."""

from sealwright import ToolError, ledger


def note_check(text: str) -> dict[str, int]:
    """Count the notes that are done; a text that begins with x is refused."""
    done = 0
    for number in range(46):
        if ledger.is_done(f"notes/{number}"):
            done += 1
    if text.startswith("x"):
        raise ToolError("bad_text", text)
    return {"done": done}
'''
LONG = "x" + "Unsäglich" * 1_100
DONE = {"world": {"ledger": {"done": ["notes/0"]}}, "result": {"done": 1}}


def spec() -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {"text": {"type": "string", "minLength": 1, "maxLength": 10_000}},
        "required": ["text"],
        "additionalProperties": False,
    }
    answer = {"type": "object", "properties": {"done": {"type": "integer"}}, "required": ["done"]}
    return make_spec(
        "note_check",
        title="Check a note",
        description="Counts the notes that are done.",
        input_schema=schema,
        output_schema=answer,
        capabilities={"ledger": ["notes/*"]},
        examples=[
            {"arguments": {"text": "a"}, "result": {"done": 0}},
            {"arguments": {"text": "x"}, "error": "bad_text"},
            {"arguments": {"text": "b"}, **DONE},
        ],
        holdouts=[{"arguments": {"text": "c"}, **DONE}],
    )


async def make_things(tenant: TenantAccess) -> None:
    """Two tools that serve, one of them with a call that failed at length; and one that is retired."""
    await make_live(tenant)
    await make_live(tenant, spec(), SOURCE)
    assert (await tenant.api.post("/tools", json=make_spec("old_sum"))).status_code == 201
    assert (await tenant.api.delete("/tools/old_sum")).status_code == 204
    for a in range(3):
        await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": a, "b": 2_000}})
    failed = await tenant.api.post("/tools/note_check/runs", json={"arguments": {"text": LONG}})
    assert failed.json()["outcome"] == "failed", failed.text


@pytest.mark.timeout(180)
async def test_tools_are_compared_called_in_place_and_their_runs_found_again(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_things(tenant)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await compare_the_tools(page)
        await call_in_place(page)
        await find_a_run(page)
        await read_a_long_failure(page)
        await make_it_an_example(page)
    assert complaints == []
    kept = (await tenant.api.get("/tools/note_check")).json()["spec"]["examples"][-1]
    assert kept["arguments"] == {"text": LONG}
    assert kept["error"] == "bad_text"


async def compare_the_tools(page: Page) -> None:
    rows = page.get_by_role("table", name="Tools").get_by_role("row")
    await expect(rows.filter(has_text="note_check")).to_contain_text("0.0 %")
    await expect(rows.filter(has_text="add_numbers")).to_contain_text("100 %")
    await choose(page, "Order", "Most called first")
    await expect(rows.nth(1)).to_contain_text("add_numbers")
    await choose(page, "Order", "Most failing first")
    await expect(rows.nth(1)).to_contain_text("note_check")
    await choose(page, "Which tools", "Retired")
    await expect(rows.nth(1)).to_contain_text("old_sum")
    await expect(rows).to_have_count(2)
    assert re.search(r"standing=retired", page.url)
    await demand_sound(page)
    await page.get_by_role("link", name="Tools", exact=True).first.click()


async def choose(page: Page, select: str, option: str) -> None:
    await page.get_by_role("combobox", name=select).select_option(label=option)


async def call_in_place(page: Page) -> None:
    await page.get_by_role("table", name="Tools").get_by_role("link", name="add_numbers").click()
    await expect(page.get_by_role("table", name="Versions").get_by_role("row").nth(1)).to_contain_text("100 %")
    await page.get_by_role("tab", name="Call it").click()
    button = page.get_by_role("button", name="Call add_numbers")
    await page.get_by_role("textbox", name="a", exact=True).fill("1.5")
    await expect(page.get_by_text("It must be an integer.")).to_be_visible()
    await expect(button).to_have_attribute("aria-description", "a: It must be an integer.")
    await page.get_by_role("textbox", name="a", exact=True).fill("40")
    await page.get_by_role("textbox", name="b", exact=True).fill("2")
    for b, total in (("2", "42"), ("3", "43")):
        await page.get_by_role("textbox", name="b", exact=True).fill(b)
        await button.click()
        came = page.get_by_role("region", name="What came of it")
        await expect(came).to_contain_text("returned")
        await expect(came.get_by_label("Result")).to_contain_text(f'"sum": {total}')
    await demand_sound(page)


async def find_a_run(page: Page) -> None:
    await page.get_by_role("link", name="Runs", exact=True).first.click()
    rows = page.get_by_role("table", name="Runs").get_by_role("row")
    await expect(rows).to_have_count(7)  # with the header
    await page.get_by_label("Search in runs").fill("UNSÄGLICH")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(1)).to_contain_text("note_check")
    await page.get_by_label("Search in runs").fill("")
    await page.get_by_label("Tool", exact=True).fill("numb")
    await expect(rows).to_have_count(6)
    await page.get_by_label("Caller").fill("nobody of this name")
    await expect(page.get_by_text("No run matches")).to_be_visible()
    await page.get_by_label("Caller").fill("own")
    await expect(rows).to_have_count(3)
    await choose(page, "When", "In the last hour")
    await expect(rows).to_have_count(3)
    assert "range=1h" in page.url
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Export as CSV").click()
    lines = (await (await download.value).path()).read_text().splitlines()
    assert [line.split(",")[1] for line in lines] == ["tool", "add_numbers", "add_numbers"]
    await demand_sound(page)
    await page.get_by_role("link", name="Runs", exact=True).first.click()


async def read_a_long_failure(page: Page) -> None:
    await page.get_by_label("Error code").fill("bad_text")
    rows = page.get_by_role("table", name="Runs").get_by_role("row")
    await expect(rows).to_have_count(2)
    await rows.nth(1).get_by_role("link").first.click()
    await expect(page.get_by_text("All 9,901 characters of it")).to_be_visible()
    stretch = page.locator("details").filter(has_text="46 ×").last
    await expect(stretch).to_contain_text("notes/0")
    await expect(page.get_by_label("Arguments")).to_contain_text("Unsäglich")
    await demand_sound(page)


async def make_it_an_example(page: Page) -> None:
    await page.get_by_role("button", name="Make an example of it").click()
    await expect(page.get_by_text("The last example is the run.")).to_be_visible()
    await page.get_by_role("button", name="Save spec").click()
    await expect(page.get_by_role("tab", name="Spec")).to_have_attribute("aria-selected", "true")
