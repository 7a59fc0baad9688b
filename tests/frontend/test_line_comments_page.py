"""Comments on lines, in a real Chromium: a reviewer presses a line, its author reads what is said and answers it."""

import pytest
from playwright.async_api import expect

from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import TenantAccess, make_source, make_spec, submit

LONG = "Why? " + "x" * 3_000 + " <img src=x onerror=alert(1)>"


@pytest.mark.timeout(180)
async def test_a_reviewer_comments_on_lines_and_the_author_finds_them_with_the_rejection(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await submit(tenant, make_spec(), make_source())
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        version = f"{tenant.product.url}/tenants/{tenant.slug}/tools/add_numbers/versions/1"
        await page.goto(version)
        # The number of a line beside the source, pressed, is the line that is written of.
        await page.locator(".cm-lineNumbers .cm-gutterElement").get_by_text("4", exact=True).click()
        await expect(page.get_by_label("Line", exact=True)).to_have_value("4")
        await page.get_by_label("What is to be said of it").fill("Say what it does beyond 64 bits.")
        await page.get_by_role("button", name="Comment", exact=True).click()
        comment = page.get_by_role("listitem").filter(has_text="Say what it does beyond 64 bits.")
        await expect(comment).to_contain_text("def add_numbers(a: int, b: int)")
        await page.get_by_label("Line", exact=True).fill("6")
        await page.get_by_label("What is to be said of it").fill(LONG)
        await page.get_by_role("button", name="Comment", exact=True).press("Enter")
        await expect(page.get_by_text("2 open of 2")).to_be_visible()
        await demand_sound(page)
        await comment.get_by_role("button", name="Settle").press("Enter")
        await expect(page.get_by_text("1 open of 2")).to_be_visible()
        await expect(comment).to_contain_text(f"settled by {tenant.email}")
        await comment.get_by_role("button", name="Open again").press("Enter")
        await expect(page.get_by_text("2 open of 2")).to_be_visible()
        rejected = await tenant.api.post("/tools/add_numbers/versions/1/reject", json={"reason": "See the lines."})
        assert rejected.status_code == 200, rejected.text
        await page.goto(version)
        await page.get_by_role("link", name="2 comments on its lines").click()
        await expect(comment).to_be_in_viewport()
    assert complaints == []
