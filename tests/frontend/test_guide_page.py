"""The guide for people, in a real Chromium: read where it is opened, searched, and sent to by its sections."""

import re

import pytest
from mcp.types import TextContent
from playwright.async_api import Request, expect

from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import TenantAccess, mcp_session


@pytest.mark.timeout(180)
async def test_people_read_and_search_the_guide_that_agents_get(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    complaints: list[str] = []
    asked: list[str] = []
    async with a_browser(complaints) as page:

        def note(request: Request) -> None:
            asked.extend([request.url] if "/guide" in request.url.lower() else [])

        page.on("request", note)
        await log_in(page, tenant)
        assert asked == []  # it is fetched where it is opened
        await page.get_by_role("navigation", name="Main").get_by_role("link", name="Guide", exact=True).click()
        await expect(page.get_by_role("heading", name="What a version must pass")).to_be_visible()
        await expect(page.get_by_role("heading", name=f"What the tenant {tenant.slug} has")).to_be_visible()
        await demand_sound(page)
        await page.get_by_label("Search the guide").fill("claim RELEASE ledger")
        await expect(page.get_by_role("status").filter(has_text="sections")).to_be_visible()
        await expect(page.get_by_role("heading", name="sealwright.ledger")).to_be_visible()
        await expect(page.get_by_role("heading", name="Libraries")).to_have_count(0)
        await page.get_by_label("Search the guide").fill("no such words anywhere")
        await expect(page.get_by_text("No section has")).to_be_visible()
        await page.goto(f"{tenant.product.url}/tenants/{tenant.slug}/guide#what-a-version-must-pass")
        await expect(page.get_by_role("heading", name="What a version must pass")).to_be_focused()
        shown = await page.get_by_role("region", name="What a version must pass").inner_text()
    assert complaints == []
    async with mcp_session(tenant) as session:
        read = await session.call_tool("read_guide", {"topic": "gates"})
    (told,) = read.content
    assert isinstance(told, TextContent)
    # Word for word what agents read, but for the signs of Markdown.
    rules = [re.sub(r"[`*]", "", line.removeprefix("- ")) for line in told.text.splitlines() if line.startswith("- **")]
    assert len(rules) > 15
    assert [rule for rule in rules if rule.strip() not in shown.replace("*", "")] == []
