"""Several windows of one browser, in a real Chromium: they share one stream of events, and none of them freezes."""

import asyncio

import pytest
from playwright.async_api import Page, Request, expect

from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import TenantAccess, make_live, make_spec

# One more than the connections that a browser opens to a host.
TABS = 7
HIDE = """hidden => {
  Object.defineProperty(document, "visibilityState", {value: hidden ? "hidden" : "visible", configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


class Streams:
    """The streams of events that the browser holds open, each as the page that opened it."""

    def __init__(self, page: Page) -> None:
        self.open: dict[Request, Page] = {}
        self.resumed: list[str] = []
        page.context.on("request", self._begin)
        page.context.on("requestfinished", self._end)
        page.context.on("requestfailed", self._end)

    def _begin(self, request: Request) -> None:
        if request.url.endswith("/events"):
            self.open[request] = request.frame.page
            self.resumed.append(request.headers.get("last-event-id", ""))

    def _end(self, request: Request) -> None:
        self.open.pop(request, None)

    async def holder(self, among: list[Page]) -> Page:
        """The one page that holds a stream, and the only one."""
        async with asyncio.timeout(PATIENCE_MS / 1_000):
            while len(self.held()) != 1 or self.held()[0] not in among:
                await asyncio.sleep(0.05)
        return self.held()[0]

    def held(self) -> list[Page]:
        # A tab that is closed does not say how its requests ended.
        return [page for page in self.open.values() if not page.is_closed()]


@pytest.mark.timeout(240)
async def test_seven_tabs_share_one_stream_and_each_is_told_what_happens(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant)
    complaints: list[str] = []
    async with a_browser(complaints) as first:
        streams = Streams(first)
        await log_in(first, tenant)
        pages = [first, *[await first.context.new_page() for _ in range(TABS - 1)]]
        for page in pages[1:]:
            await page.goto(first.url)
            await expect(page.get_by_role("heading", name="Tools")).to_be_visible()
        holder = await streams.holder(pages)
        await appears(tenant, "told_to_all", pages)

        # The tab that has the stream is closed: another takes it, and goes on from the last event.
        await holder.close()
        pages.remove(holder)
        await streams.holder(pages)
        assert streams.resumed[-1] != ""
        await appears(tenant, "told_to_the_rest", pages)
    assert complaints == []


@pytest.mark.timeout(240)
async def test_a_tab_that_nobody_looks_at_holds_no_stream_and_catches_up(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        # The wait before a hidden tab lets go passes at once.
        await page.context.clock.install()
        streams = Streams(page)
        await log_in(page, tenant)
        await streams.holder([page])
        await page.evaluate(HIDE, True)
        await page.context.clock.run_for(15_000)
        async with asyncio.timeout(PATIENCE_MS / 1_000):
            while streams.held():
                await asyncio.sleep(0.05)
        assert (await tenant.api.post("/tools", json=make_spec(name="made_meanwhile"))).status_code == 201
        await expect(page.get_by_role("row", name="made_meanwhile")).to_have_count(0)
        await page.evaluate(HIDE, False)
        await streams.holder([page])
        await page.context.clock.resume()
        await expect(page.get_by_role("row", name="made_meanwhile")).to_be_visible()
        assert [bool(place) for place in streams.resumed] == [False, True]
    assert complaints == []


async def appears(tenant: TenantAccess, name: str, pages: list[Page]) -> None:
    assert (await tenant.api.post("/tools", json=make_spec(name=name))).status_code == 201
    for page in pages:
        await expect(page.get_by_role("row", name=name)).to_be_visible()
