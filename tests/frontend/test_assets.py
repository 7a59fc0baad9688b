"""What the dashboard weighs on the wire: its files go compressed, are asked for once, and the first page needs few."""

import gzip
import re

import httpx2
import pytest
from playwright.async_api import Page, Request, expect

from api.pages import accepts
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import CHECKOUT, Product, TenantAccess, make_live

FIRST_LOAD_BYTES_MAX = 200_000
# A class of Mantine's own.
CLASS = re.compile(r"\bm_[0-9a-f]{6,8}\b")
FOREVER = "public, max-age=31536000, immutable"


async def main_script(client: httpx2.AsyncClient) -> str:
    page = (await client.get("/")).text
    found = re.search(r'src="(/assets/[^"]+\.js)"', page)
    assert found, page
    return found[1]


async def raw(client: httpx2.AsyncClient, path: str, accept: str | None) -> tuple[httpx2.Response, bytes]:
    """The answer, and its bytes as they came."""
    request = client.build_request("GET", path)
    del request.headers["accept-encoding"]
    if accept is not None:
        request.headers["accept-encoding"] = accept
    answer = await client.send(request, stream=True)
    body = b"".join([part async for part in answer.aiter_raw()])
    await answer.aclose()
    return answer, body


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        (None, None), ("", None), ("identity", None), ("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"), ("*", "br"), ("gzip;q=1", "gzip"), ("gzip;q=0", None), ("br;q=0, gzip", "gzip"),
        ("br;q=0.0, *;q=0.5", "gzip"), ("*;q=0", None), ("*;q=0, gzip;q=0.001", "gzip"), ("gzip ; q = 0", None),
        ("br;Q=0", None), ("deflate, zstd", None), ("gzip;q=abc", None), ("gzip;q=-1", None), ("gzip;q=nan", None),
        ("gzip;q=", None), ("gzip;q=inf", None), ("gzip;q=1e9", None), (",,,", None), (";;;", None),
        ("gzip;x=0", "gzip"), ("brotli", None), ("gzipped", None), ("br\tgzip", None),
        ("gzip;q=0." + "0" * 5_000, None), ("x," * 2_000 + "gzip", "gzip"), ("gzip;q=0x1", None),
    ],
)  # fmt: skip
async def test_a_script_goes_as_whoever_asks_can_read_it(
    product: Product, accept: str | None, coding: str | None
) -> None:
    async with httpx2.AsyncClient(base_url=product.url) as client:
        path = await main_script(client)
        plain, text = await raw(client, path, None)
        answer, body = await raw(client, path, accept)
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"] == plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert (answer.headers["vary"], answer.headers["cache-control"]) == ("Accept-Encoding", FOREVER)
    assert int(answer.headers["content-length"]) == len(body)
    if coding is None:
        assert body == text
    elif coding == "gzip":
        assert gzip.decompress(body) == text
    else:
        assert len(body) < len(gzip.compress(text, 9))


async def test_a_compressed_file_has_a_name_of_its_own_for_caches_and_for_nobody_else(product: Product) -> None:
    async with httpx2.AsyncClient(base_url=product.url) as client:
        path = await main_script(client)
        tags = {(await raw(client, path, accept))[0].headers["etag"] for accept in (None, "gzip", "br")}
        assert len(tags) == 3
        known, body = await raw(client, path, "br")
        again = await client.get(path, headers={"accept-encoding": "br", "if-none-match": known.headers["etag"]})
        assert (again.status_code, again.content, again.headers.get("content-encoding")) == (304, b"", None)
        head = await client.head(path, headers={"accept-encoding": "br"})
        assert (head.headers["content-encoding"], int(head.headers["content-length"])) == ("br", len(body))
        for nothing in (f"{path}.br", f"{path}.gz", f"{path}x", "/assets/", "/assets/..%2findex.html", "/assets/.br"):
            assert (await client.get(nothing)).status_code == 404, nothing
        # The page itself names this build's files: it is asked for each time.
        assert (await client.get("/login")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_a_star_is_for_what_is_not_named(coding: str) -> None:
    assert accepts("*", coding)
    assert not accepts(f"*, {coding};q=0", coding)
    assert not accepts("identity, *;q=0", coding)


def files_asked_for(page: Page) -> list[str]:
    """The scripts and styles that the page loads from now on, in their order."""
    paths: list[str] = []

    def hear(request: Request) -> None:
        if request.url.endswith((".js", ".css")):
            paths.append("/assets/" + request.url.rpartition("/")[2])

    page.on("request", hear)
    return paths


async def gzipped(product: Product, paths: list[str]) -> dict[str, int]:
    """What each of them weighs compressed by gzip, which every browser takes; the heaviest first."""
    async with httpx2.AsyncClient(base_url=product.url) as client:
        sizes = {path: len((await raw(client, path, "gzip"))[1]) for path in paths}
    return dict(sorted(sizes.items(), key=lambda one: -one[1]))


@pytest.mark.timeout(180)
async def test_the_first_load_is_light_and_the_editor_comes_with_the_first_code(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        files = files_asked_for(page)
        await page.goto(tenant.product.url)
        await expect(page.get_by_role("button", name="Log in")).to_be_visible()
        login = await gzipped(tenant.product, files)
        await log_in(page, tenant)
        assert sum(login.values()) <= FIRST_LOAD_BYTES_MAX, login
        # Whichever of these somebody comes to first.
        for path, shown in (
            ("", page.get_by_role("heading", name="What happened")),
            ("/runs", page.get_by_role("combobox", name="Outcome")),
            ("/tools", page.get_by_role("row", name="add_numbers")),
        ):
            files.clear()
            await page.goto(f"{tenant.product.url}/tenants/{tenant.slug}{path}")
            await expect(shown).to_be_visible()
            first = await gzipped(tenant.product, files)
            assert sum(first.values()) <= FIRST_LOAD_BYTES_MAX, first
        assert not [path for path in (*login, *files) if "/Code" in path]
        await page.get_by_role("link", name="add_numbers").click()
        await page.get_by_role("tab", name="Spec").click()
        await expect(page.locator(".cm-content").first).to_be_visible()
        assert [path for path in files if "/Code" in path]
        # What comes late works at the first press, and the keyboard finds its way back.
        await page.get_by_role("button", name="Account menu").press("Enter")
        await expect(page.get_by_role("menuitem", name="Profile and security")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Account menu")).to_be_focused()
        await page.get_by_role("button", name=": switch").click()
        await expect(page.get_by_role("menuitem")).to_have_count(1)
    assert complaints == []


def test_every_part_of_mantine_that_is_used_has_its_styles() -> None:
    """Its styles are imported part by part (ui/theme/mantine.css), and nothing else would say that one is missing."""
    built = CHECKOUT / "frontend" / "dist" / "assets"
    mantine = CHECKOUT / "frontend" / "node_modules" / "@mantine" / "core" / "styles"
    used = {name for script in built.glob("*.js") for name in CLASS.findall(script.read_text())}
    styled = {name for sheet in built.glob("*.css") for name in CLASS.findall(sheet.read_text())}
    assert used
    assert styled
    missing = {
        sheet.name
        for sheet in mantine.glob("*.css")
        if not sheet.name.endswith(".layer.css") and (used - styled) & set(CLASS.findall(sheet.read_text()))
    }
    assert missing == set()
