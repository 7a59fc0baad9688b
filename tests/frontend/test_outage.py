"""A server that goes away under an open page, and comes back: the page says so, and goes on by itself."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from sandbox import Image
from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import make_live, make_spec, served, sign_up, unused_port

AWAY = "The server cannot be reached."


@pytest.mark.timeout(240)
async def test_a_page_outlives_its_server(image: Image, tmp_path: Path) -> None:
    del image  # built before the server opens it
    expect.set_options(timeout=2 * PATIENCE_MS)
    port = unused_port()
    async with a_browser([]) as page:
        async with served(tmp_path, port=port) as product:
            tenant = await sign_up(product)
            await make_live(tenant)
            await log_in(page, tenant)
            await expect(page.get_by_text(AWAY)).to_have_count(0)
        # Nothing is pressed: the end of the stream is told.
        await expect(page.get_by_text(AWAY)).to_be_visible()
        await demand_sound(page)
        # A part of the dashboard that was not loaded yet: it does not come, and is not lost for good.
        await page.get_by_role("link", name="Connect", exact=True).click()
        await expect(page.get_by_role("heading", name="This page could not be shown")).to_be_visible()
        await expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        async with served(tmp_path, port=port):
            await expect(page.get_by_role("heading", name="Connect", level=1)).to_be_visible()
            await expect(page.get_by_text(AWAY)).to_have_count(0)
            await page.get_by_role("link", name="Tools", exact=True).click()
            assert (await tenant.api.post("/tools", json=make_spec(name="made_after_it"))).status_code == 201
            await expect(page.get_by_role("row", name="made_after_it")).to_be_visible()
