"""A version is decided on in a real Chromium: what it breaks, what the gates ask, a no that reaches its author."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import TenantAccess, make_live, make_spec, propose

SOURCE = '''"""Fees."""


def fee(hours: int, guests: int) -> dict[str, int]:
    """Return what is to be paid, in cents."""
    longest = hours if hours > 1 else 1
    paid = longest * 500
    if guests > 4:
        paid = paid + (guests - 4) * 150
    return {"fee": paid}
'''
SAME = {"was": "hours > 1", "became": "hours >= 1", "because": "one hour is one hour, whichever branch gives it"}
CASES = ((3, 0, 1500), (2, 6, 1300), (0, 4, 500), (1, 5, 650))


def cases(*given: tuple[int, int, int]) -> list[dict[str, Any]]:
    return [{"arguments": {"hours": h, "guests": g}, "result": {"fee": fee}} for h, g, fee in given]


def spec(hours: int, guests: int, **changes: Any) -> dict[str, Any]:
    """`hours` and `guests`: how many of them it takes at most."""
    most = {"hours": hours, "guests": guests}
    schema = {
        "type": "object",
        "properties": {name: {"type": "integer", "minimum": 0, "maximum": most[name]} for name in most},
        "required": ["hours", "guests"],
        "additionalProperties": False,
    }
    answer = {"type": "object", "properties": {"fee": {"type": "integer"}}, "required": ["fee"]}
    given = make_spec("fee", title="Fee", description="What a room costs.", input_schema=schema, output_schema=answer)
    return {**given, "examples": cases(*CASES), "holdouts": cases((9, 9, 5250)), **changes}


@pytest.mark.timeout(180)
async def test_a_version_is_judged_at_first_sight_asked_about_rejected_and_answered(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant, spec(99, 99), SOURCE)
    narrower = spec(120, 50, description="What a room costs, in cents.", effects="destructive", equivalent=[SAME])
    assert (await tenant.api.put("/tools/fee", json=narrower)).status_code == 200
    version = await propose(tenant, "fee", SOURCE.replace("longest", "paid_hours"))
    assert version["state"] == "awaiting_approval", version["findings"]
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await find_what_waits(page)
        await see_the_answers_without_scrolling(page)
        await expect(page.get_by_label("v2 awaiting approval").last).to_contain_text("destructive")
        await demand_sound(page)
        await decide_below_what_it_may_do(page)
        await reject_for_a_question(page)
        await answer_with_a_new_version(page)
        await expect(page.get_by_role("heading", name="Version 3 awaiting approval")).to_be_visible(timeout=60_000)
        await approve_by_name(page)
    assert complaints == []
    approval = (await tenant.api.get("/tools/fee/versions/3")).json()["approval"]
    assert approval["reason"] == "Told the front desk."
    (answered,) = approval["answers"]
    assert "`hours > 1`" in answered["question"]
    assert answered["answer"] == "It is meant so."
    trail = (await tenant.api.get("/audit")).json()["items"]
    approved = next(event for event in trail if event["subject"] == "fee/3" and event["action"] == "version.approved")
    assert approved["details"]["answers"] == approval["answers"]


async def find_what_waits(page: Page) -> None:
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile("^Reviews"))
    await expect(link).to_contain_text("1 waiting")
    await link.click()
    row = page.get_by_role("table", name="Reviews").get_by_role("row", name="fee")
    await expect(row).to_contain_text("1 question")
    await expect(row).to_contain_text("may change or delete for good")
    await demand_sound(page)
    await row.get_by_role("link").click()


async def see_the_answers_without_scrolling(page: Page) -> None:
    """A stranger's three questions, answered on the first screen of a laptop."""
    answers = (
        ("What may it do?", "It says that it may change or delete things for good."),
        ("What may it do?", "Reach nothing outside itself."),
        ("Why is it believed to work?", "Exactly what is stated came of 4 examples and 1 hold-out."),
        ("Why is it believed to work?", "wrote the code and every hold-out: nobody else has said what it must do."),
        ("Why is it believed to work?", "1 thing it cannot know, so it asks you."),
        ("What changed?", "The argument guests takes other values."),
        ("What changed?", "The argument hours takes more values than before."),
        ("What changed?", "Its effects were read, they are destructive now."),
    )
    for question, answer in answers:
        row = page.locator("dl > div").filter(has=page.get_by_text(question, exact=True))
        line = row.get_by_text(answer)
        await expect(line).to_be_in_viewport()
    broken = page.locator("dl > div").get_by_role("listitem").filter(has_text="breaks callers")
    await expect(broken).to_have_count(1)
    await expect(broken).to_contain_text("guests")
    for said in ("What a room costs.", "What a room costs, in cents."):
        await expect(page.get_by_text(said, exact=True)).to_be_attached()


async def decide_below_what_it_may_do(page: Page) -> None:
    button = page.get_by_role("button", name=re.compile("^Approve"))
    for width in (390, 1_024):
        await page.set_viewport_size({"width": width, "height": 900})
        decision = await button.bounding_box()
        authority = await page.get_by_role("heading", name="What it may do").bounding_box()
        assert decision and authority
        assert decision["y"] > authority["y"] + authority["height"], width
    await page.set_viewport_size({"width": 1_360, "height": 900})


async def reject_for_a_question(page: Page) -> None:
    approve = page.get_by_role("button", name=re.compile("^Approve"))
    await expect(approve).to_have_attribute("aria-description", "One question of the gates is not answered yet.")
    await page.get_by_role("region", name="Questions of the gates").get_by_role("button", name="It is wrong").click()
    reason = page.get_by_label("Why not?")
    await expect(reason).to_have_value(re.compile("`hours > 1`"))
    await reason.fill("An hour that nobody has asked for must not be paid.")
    await page.get_by_role("button", name="Reject version").click()
    await expect(page.get_by_role("alert").first).to_contain_text("An hour that nobody has asked for must not be paid.")


async def answer_with_a_new_version(page: Page) -> None:
    await page.get_by_role("button", name="Answer with a new version").click()
    await expect(page.get_by_text("starting from version 2")).to_be_visible()
    await page.get_by_role("button", name="Submit and check").click()


async def approve_by_name(page: Page) -> None:
    questions = page.get_by_role("region", name="Questions of the gates")
    await questions.get_by_role("button", name="It is right").click()
    approve = page.get_by_role("button", name=re.compile("^Approve"))
    await expect(approve).to_have_attribute("aria-description", re.compile("^Type the tool’s name first"))
    await page.get_by_label("Type fee to approve it").fill("fee")
    await page.get_by_label("Note, if you want").fill("Told the front desk.")
    await approve.click()
    await expect(page.get_by_role("heading", name="Version 3 live")).to_be_visible()
    await expect(page.get_by_text("Told the front desk.")).to_be_visible()
