"""From signing up to an agent that calls a tool, in a real Chromium: few clicks, and the first page leads the way."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from playwright.async_api import Locator, Page, expect

from tests.frontend.axe import demand_sound, faults
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, say_yes
from tests.makers import Product

CLICKS_MAX = 8
CALLBACK = "http://127.0.0.1:9/callback"


@dataclass
class Clicks:
    """Everything that is pressed on the way; typing is not counted."""

    count: int = field(default=0)

    async def press(self, target: Locator) -> None:
        self.count += 1
        await target.click()


@pytest.mark.timeout(240)
async def test_from_signing_up_to_an_agent_that_calls_a_tool(product: Product) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        clicks = Clicks()
        await sign_up(page, product, clicks)
        await have_a_sample_live(page, clicks)
        await call_it(page, clicks)
        assert clicks.count <= CLICKS_MAX
        token = await connect_an_agent(page, product)
        await call_by_agent(product, token)
        await see_it_at_home(page)
        await throw_the_sample_away(page)
    assert [one for one in complaints if CALLBACK not in one and "ERR_" not in one] == []


async def sign_up(page: Page, product: Product, clicks: Clicks) -> None:
    await page.goto(product.url)
    await clicks.press(page.get_by_role("link", name="Sign up"))
    await page.get_by_label("Your name").fill("Ann")
    await page.get_by_label("Email").fill("ann@hour.example")
    await page.get_by_label("Password", exact=True).fill("correct horse battery")
    await page.get_by_label("Organisation").fill("Hour")
    await clicks.press(page.get_by_role("button", name="Sign up"))
    await expect(page.get_by_role("heading", name="Home")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="Have a tool")).to_have_attribute("aria-current", "step")
    await demand_sound(page)


async def have_a_sample_live(page: Page, clicks: Clicks) -> None:
    await clicks.press(page.get_by_role("button", name="Load a sample: add up an order"))
    await clicks.press(page.get_by_role("button", name="Let authors approve their own work"))
    await expect(page.get_by_text("nobody else here can approve it")).to_have_count(0)
    await clicks.press(page.get_by_role("button", name="Approve and put live"))
    await expect(page.get_by_role("heading", name="Version 1 live")).to_be_visible()


async def call_it(page: Page, clicks: Clicks) -> None:
    await clicks.press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Home"))
    await clicks.press(page.get_by_role("link", name="Call sample_order_total"))
    await clicks.press(page.get_by_role("button", name="Call sample_order_total"))
    await expect(page.get_by_text("total_cents").first).to_be_visible()
    await expect(page.get_by_text("returned").first).to_be_visible()


async def connect_an_agent(page: Page, product: Product) -> str:
    """As an agent does it: it registers, sends the person to the consent page, and trades the code for a token."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    slug = page.url.partition("/tenants/")[2].partition("/")[0]
    asked = {"client_name": "Test agent", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}
    async with httpx2.AsyncClient(base_url=product.url, timeout=60) as agent:
        client = (await agent.post("/oauth/register", json=asked)).json()["client_id"]
        query = {
            "response_type": "code", "client_id": client, "redirect_uri": CALLBACK, "scope": "tools:call",
            "code_challenge": challenge, "code_challenge_method": "S256", "resource": f"{product.url}/t/{slug}/mcp",
        }  # fmt: skip
        await page.goto(f"{product.url}/oauth/authorize?{urlencode(query)}")
        await expect(page.get_by_role("heading", name="Test agent asks to work with your tools")).to_be_visible()
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # pyright: ignore[reportArgumentType]
            assert await faults(page) == []
        async with page.expect_request(lambda request: request.url.startswith(CALLBACK)) as called:
            await page.get_by_role("button", name="Allow").click()
        code = parse_qs(urlsplit((await called.value).url).query)["code"][0]
        # Nobody listens there: the browser has to have said so before it is sent elsewhere.
        await page.wait_for_url("chrome-error://**")
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier,
            "client_id": client,
        }  # fmt: skip
        token = (await agent.post("/oauth/token", data=form)).json()["access_token"]
    await page.goto(f"{product.url}/tenants/{slug}")
    return f"{slug} {token}"


async def call_by_agent(product: Product, where: str) -> None:
    slug, _, token = where.partition(" ")
    arguments = {"lines": [{"price_cents": 250, "quantity": 4}]}
    body = {
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "sample_order_total", "arguments": arguments},
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
    async with httpx2.AsyncClient(timeout=60) as agent:
        answer = await agent.post(f"{product.url}/t/{slug}/mcp", json=body, headers=headers)
    assert '"total_cents":1000' in answer.text.replace(" ", ""), answer.text


async def see_it_at_home(page: Page) -> None:
    await page.reload()
    # Every step is taken: the way is not shown any more.
    await expect(page.get_by_text("No version, question or effect waits for a person")).to_be_visible()
    await expect(page.get_by_role("heading", name="Your first hour")).to_have_count(0)
    await page.get_by_role("navigation", name="How far back").get_by_role("link", name="hour", exact=True).click()
    await expect(page.get_by_role("img", name="2 runs over time, by how they ended.")).to_be_visible()
    assert page.url.endswith("?hours=1")
    await page.get_by_text("As a table").click()
    await expect(page.get_by_role("columnheader", name="95 % within")).to_be_visible()
    await demand_sound(page)


async def throw_the_sample_away(page: Page) -> None:
    await page.get_by_role("button", name="Throw the samples away").click()
    await say_yes(page, "Throw away")
    await expect(page.get_by_text("The samples are gone.")).to_be_visible()
    await expect(page.get_by_role("button", name="Throw the samples away")).to_have_count(0)
