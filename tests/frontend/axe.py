"""What axe finds wrong with a page for people who do not see or point: rules of WCAG 2.2 A and AA, and good practice."""

from typing import Any

from playwright.async_api import Page

from tests.makers import CHECKOUT

_AXE = CHECKOUT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Parts that follow the size of the window have done so, and colours and places are where they are going.
_AT_REST = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
    const under = document.getAnimations().filter(one => one.effect?.getComputedTiming().iterations !== Infinity);
    Promise.allSettled(under.map(one => one.finished)).then(done);
})))"""
THEMES = ("light", "dark")
WIDTHS = (390, 1_440)


async def faults(page: Page) -> list[str]:
    """Each as its rule and what it is about."""
    assert _AXE.exists(), "axe-core is not installed; ./dev setup installs it"
    if not await page.evaluate("typeof window.axe !== 'undefined'"):
        await page.evaluate(_AXE.read_text())
    found: dict[str, Any] = await page.evaluate("window.axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]


async def demand_sound(page: Page) -> None:
    """In both themes, narrow and wide: axe finds nothing, and nothing scrolls sideways."""
    size = page.viewport_size
    # Colours that are on their way from one theme to the other are nobody's.
    await page.emulate_media(reduced_motion="reduce")
    for theme in THEMES:
        await page.evaluate("theme => document.documentElement.dataset.mantineColorScheme = theme", theme)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            await page.evaluate(_AT_REST)
            wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, (page.url, width, wider)
            found = await faults(page)
            assert found == [], (page.url, theme, width, found)
    assert size is not None
    await page.set_viewport_size(size)
