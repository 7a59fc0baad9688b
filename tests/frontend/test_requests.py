"""What a page asks of the server: not more when there is more to show."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, Request, expect

from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import TenantAccess, make_live, make_source, make_spec, propose

TOOLS = 12


@asynccontextmanager
async def asked(page: Page) -> AsyncGenerator[list[str]]:
    """The paths below the tenant that the page asks for meanwhile; its stream of events is not counted."""
    paths: list[str] = []

    def hear(request: Request) -> None:
        if "/api/v1/tenants/" in request.url and not request.url.endswith("/events"):
            paths.append(request.url.partition("/api/v1/tenants/")[2].partition("/")[2])

    page.on("request", hear)
    yield paths
    page.remove_listener("request", hear)


@pytest.mark.timeout(180)
async def test_the_list_of_tools_is_asked_for_at_once_however_many_there_are(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        one = await requests_of_the_list(page, tools=1)
        for number in range(1, TOOLS):
            assert (await tenant.api.post("/tools", json=make_spec(name=f"other_{number}"))).status_code == 201
        await propose(tenant, "other_1", make_source().replace("def add_numbers", "def other_1"))
        await propose(tenant, "other_2", "def other_2(a, b):\n    return 0\n")
        await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}})
        many = await requests_of_the_list(page, tools=TOOLS)
        await expect(page.get_by_role("link", name="v1 awaiting approval")).to_be_visible()
        await expect(page.get_by_role("row", name="other_2")).to_contain_text("rejected")
        await expect(page.get_by_role("row", name="other_3")).to_contain_text("never")
        await expect(page.get_by_role("row", name="add_numbers")).not_to_contain_text("never")
    assert complaints == []
    assert sorted(set(many)) == sorted(set(one))
    assert len(many) <= len(one) + 2, many


async def requests_of_the_list(page: Page, tools: int) -> list[str]:
    async with asked(page) as paths:
        await page.reload()
        await expect(page.get_by_role("table", name="Tools").get_by_role("row")).to_have_count(tools + 1)
        await page.wait_for_load_state("load")
    return paths
