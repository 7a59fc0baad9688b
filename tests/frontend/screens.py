"""Every page in both themes at three widths, as pictures to look at: `python -m tests.frontend.screens FOLDER [WORD]`.

With a WORD only the pages that have it in their names. What would be blank is filled by what the tests fill it with.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page

from tests.frontend.axe import THEMES
from tests.frontend.test_dashboard import a_browser, log_in
from tests.frontend.test_safeguards import have_something_everywhere
from tests.makers import Product, TenantAccess, make_live, make_source, make_spec, served, sign_up, submit

WIDTHS = (390, 900, 1_440)
TOOL, VERSION = "tools/add_numbers", "tools/add_numbers/versions/2"
SECTIONS = (
    "members", "sign-in", "keys", "agents", "secrets", "connections", "data", "files", "webhooks", "alerts", "policy",
    "usage", "audit",
)  # fmt: skip
PAGES = {
    "home": "", "tools": "tools", "tool": TOOL, "tool-call": f"{TOOL}?tab=call", "tool-spec": f"{TOOL}?tab=spec",
    "tool-cases": f"{TOOL}?tab=cases", "tool-connect": f"{TOOL}?tab=connect", "new-tool": "tools/new",
    "revise": f"{TOOL}/spec", "new-version": f"{TOOL}/versions/new", "version": VERSION,
    "version-rejected": "tools/rejected_sum/versions/1", "version-waiting": "tools/waiting_sum/versions/1",
    "reviews": "reviews", "runs": "runs", "questions": "questions", "schedules": "schedules", "connect": "connect",
    "guide": "guide", "nowhere": "nowhere/at/all", **{f"settings-{name}": f"settings/{name}" for name in SECTIONS},
}  # fmt: skip
ENTRANCE = {"log-in": "/login", "sign-up": "/signup", "forgotten": "/reset-password"}


async def take_all(folder: Path, word: str) -> None:
    with tempfile.TemporaryDirectory() as data:
        async with served(Path(data)) as product:
            tenant = await filled(product)
            run = (await tenant.api.get("/runs")).json()["items"][0]["id"]
            inside = {**PAGES, "run": f"runs/{run}"}
            places = {name: f"/tenants/{tenant.slug}/{path}" for name, path in inside.items()}
            complaints: list[str] = []
            async with a_browser(complaints) as page:
                await take(page, product, {name: path for name, path in ENTRANCE.items() if word in name}, folder)
                await log_in(page, tenant)
                chosen = {**places, "profile": "/profile"}
                await take(page, product, {name: path for name, path in chosen.items() if word in name}, folder)
            print("\n".join(["What the console said:", *complaints] if complaints else []), file=sys.stderr)


async def filled(product: Product) -> TenantAccess:
    """A tenant that has something of every kind: live, beside its canary, rejected and waiting versions, runs, effects."""
    tenant = await sign_up(product)
    await make_live(tenant)
    await have_something_everywhere(tenant)
    for a in range(12):
        await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": a, "b": 2 if a % 4 else "two"}})
    await submit(tenant, make_spec("rejected_sum"), make_source("rejected_sum").replace("a + b", "a - b"))
    waiting = make_spec("waiting_sum", title="Add two numbers for somebody who waits")
    await submit(tenant, waiting, make_source("waiting_sum"))
    for line, text in ((4, "Say what happens beyond 64 bits."), (6, "Is this rounded?")):
        path = "/tools/waiting_sum/versions/1/comments"
        (await tenant.api.post(path, json={"line": line, "text": text})).raise_for_status()
    return tenant


async def take(page: Page, product: Product, places: dict[str, str], folder: Path) -> None:
    for name, path in places.items():
        await page.goto(product.url + path)
        await page.get_by_role("heading", level=1).first.wait_for()
        for theme in THEMES:
            await page.evaluate("theme => document.documentElement.dataset.mantineColorScheme = theme", theme)
            for width in WIDTHS:
                await page.set_viewport_size({"width": width, "height": 900})
                await page.evaluate("() => new Promise(done => setTimeout(done, 150))")
                await page.screenshot(path=folder / f"{name}-{theme}-{width}.png", full_page=True)
        print(name)


if __name__ == "__main__":
    made = Path(sys.argv[1])
    made.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_all(made, sys.argv[2] if len(sys.argv) > 2 else ""))
