"""Somebody who has not seen a tool's source writes cases for it in a real Chromium, and sees what they found."""

import pytest
from playwright.async_api import expect

from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import Product, TenantAccess, make_source, make_spec, propose, sign_up

WRONG = "- arguments: {a: 7000, b: 77}\n  result: {sum: 7078}\n"


async def joined(tenant: TenantAccess, product: Product) -> TenantAccess:
    """Somebody of their own who joins the tenant as an author."""
    other = await sign_up(product)
    invited = await tenant.person.post(
        f"/tenants/{tenant.slug}/invitations", json={"email": other.email, "role": "author"}
    )
    assert invited.status_code == 201, invited.text
    accepted = await other.person.post(f"/invitations/{invited.json()['link'].rpartition('/')[2]}/accept", json={})
    assert accepted.status_code < 300, accepted.text
    return other


@pytest.mark.timeout(180)
async def test_an_outsider_writes_a_case_from_the_promise_and_sees_that_it_stops_the_version(
    tenant: TenantAccess, product: Product
) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    assert (await tenant.api.post("/tools", json=make_spec())).status_code == 201
    await propose(tenant, "add_numbers", make_source())
    other = await joined(tenant, product)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, other)
        await page.goto(f"{product.url}/tenants/{tenant.slug}/tools/add_numbers")
        await page.get_by_role("tab", name="Outside cases").click()
        await expect(page.get_by_label("What add_numbers promises")).to_contain_text("input_schema")
        cases = page.get_by_label("Hold-outs and stories")
        await cases.fill("{}")
        await expect(page.get_by_text("Write a list: each entry begins with a dash.")).to_be_visible()
        await cases.fill(WRONG)
        await demand_sound(page)
        await page.get_by_role("button", name="Send cases").click()
        await expect(page.get_by_text("cases 1, invariants 0")).to_be_visible()
        await expect(page.get_by_text("outside case 1").first).to_be_visible(timeout=60_000)
        await demand_sound(page)
        await page.goto(f"{product.url}/tenants/{tenant.slug}")
        stopped = page.get_by_role("listitem").filter(has_text="fails a case that somebody else wrote")
        await stopped.get_by_role("link", name="add_numbers version 1").click()
        await expect(page.get_by_role("heading", name="What they found")).to_be_visible()
        # Nothing on the way has shown the source; its own page does, and then there is no more to write.
        await page.goto(f"{product.url}/tenants/{tenant.slug}/tools/add_numbers/versions/1")
        await expect(page.get_by_text("outside case 1").first).to_be_visible()
        await page.goto(f"{product.url}/tenants/{tenant.slug}/tools/add_numbers?tab=cases")
        await expect(page.get_by_text("were shown the source").first).to_be_visible()
    assert [one for one in complaints if "403" not in one] == []
