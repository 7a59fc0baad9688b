"""A tool is written in the page: its spec as form and text in step, its code tried beside it, and nothing is lost."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import TenantAccess, make_source, make_spec

MAILING = '''"""Send a greeting."""

from sealwright import email


def order_total(lines: list[dict[str, int]]) -> dict[str, int]:
    """Return the total of the lines in cents, and tell the till of it."""
    total = sum(line["price_cents"] * line["quantity"] for line in lines)
    email.send(to="till@a.example", sender="shop@acme.com", subject="Sold", text=str(total))
    return {"total_cents": total}
'''


@pytest.mark.timeout(300)
async def test_code_is_tried_in_the_page_beside_its_spec_and_the_reference(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    case = {"arguments": {"lines": [{"price_cents": 2, "quantity": 3}]}, "result": {"total_cents": 6}}
    cents = {"price_cents": {"type": "integer"}, "quantity": {"type": "integer"}}
    line = {"type": "object", "properties": cents, "required": ["price_cents", "quantity"]}
    lines = {"type": "array", "maxItems": 9, "items": line}
    schema = {"type": "object", "properties": {"lines": lines}, "required": ["lines"], "additionalProperties": False}
    answer = {"type": "object", "properties": {"total_cents": {"type": "integer"}}, "required": ["total_cents"]}
    mailed = {**case, "done": {"email": [{"to": "till@a.example", "subject": "Bought"}]}}
    changed = {"input_schema": schema, "output_schema": answer, "examples": [mailed], "holdouts": []}
    given = make_spec("order_total", capabilities={"email": ["from shop@acme.com", "to till@a.example"]}, **changed)
    assert (await tenant.api.post("/tools", json={**given, "effects": "destructive"})).status_code == 201
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await page.goto(f"{tenant.product.url}/tenants/{tenant.slug}/tools/order_total/versions/new")
        await try_the_code(page)
    assert complaints == []
    assert (await tenant.api.get("/tools/order_total/versions")).json()["items"] == []


@pytest.mark.timeout(300)
async def test_a_spec_is_written_as_form_and_as_text_in_step(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await page.goto(f"{tenant.product.url}/tenants/{tenant.slug}/tools/new")
        await write_the_spec(page)
        await page.get_by_role("button", name="Submit spec").click()
        await expect(page.get_by_role("heading", name="New version")).to_be_visible()
    assert complaints == []
    spec = (await tenant.api.get("/tools/order_total")).json()["spec"]
    assert spec["examples"][0]["done"] == {"email": [{"to": "till@a.example", "subject": "Sold 🫖 <b>"}]}
    assert spec["examples"][2]["calls"][1]["meanwhile"] == {"later": "1 day"}
    assert spec["always"] == [{"say": "It is never negative.", "check": "error or result['total_cents'] >= 0"}]
    assert spec["input_schema"]["properties"]["note"] == {
        "type": "string",
        "description": "For the till.",
        "maxLength": 80,
    }
    assert spec["capabilities"] == {"email": ["from shop@acme.com", "to till@a.example"]}


def folded(page: Page, title: str) -> Locator:
    return page.locator("details").filter(has=page.locator("summary", has_text=title)).first


async def write_the_spec(page: Page) -> None:
    text = page.get_by_role("textbox", name="Spec")
    await expect(page.get_by_text("fits the schema of specs")).to_be_visible()
    await page.get_by_label("title").fill("")
    await page.get_by_role("textbox", name="name", exact=True).fill("Not A Name")
    await expect(page.get_by_text("One thing to put right")).to_be_visible()
    await expect(folded(page, "What it is").locator("summary").first).to_contain_text("1 to put right")
    await page.get_by_role("textbox", name="name", exact=True).fill("order_total")
    await page.get_by_label("title").fill("Total of an order")
    await expect(text).to_contain_text("title: Total of an order")
    await name_a_field(page)
    await state_a_deed(page)
    await tell_a_story(page)
    await folded(page, "What always holds").locator("summary").click()
    await page.get_by_role("button", name="Add always").click()
    await page.get_by_role("button", name="Add to always").click()
    await page.get_by_label("say").fill("It is never negative.")
    await page.get_by_label("check").fill("error or result['total_cents'] >= 0")
    # Its author's own words are still in the text.
    await expect(text).to_contain_text("# Like examples, but whoever writes")
    await expect(page.get_by_text("fits the schema of specs")).to_be_visible()
    await demand_sound(page)


async def name_a_field(page: Page) -> None:
    await folded(page, "What it takes").locator("summary").click()
    await page.get_by_role("button", name="Add a field").click()
    field = page.get_by_role("group", name="field_1")
    await field.get_by_label("What it is").fill("For the till.")
    await field.get_by_label("Bounds and more").fill('{"maxLength": 80}')
    await field.get_by_label("Name").fill("note")
    await expect(page.get_by_role("group", name="note", exact=True)).to_be_visible()
    await folded(page, "What it takes").locator("summary").first.click()
    await folded(page, "What it may reach").locator("summary").click()
    await page.get_by_role("button", name="Add email").click()
    for number, permit in ((1, "from shop@acme.com"), (2, "to till@a.example")):
        if number > 1:
            await page.get_by_role("button", name="Add to email").click()
        await page.get_by_role("textbox", name=f"email {number}").fill(permit)
    await folded(page, "What it may reach").locator("summary").first.click()


async def state_a_deed(page: Page) -> None:
    await folded(page, "Examples and stories").locator("summary").first.click()
    case = page.get_by_role("group", name="examples 1")
    await expect(case.get_by_role("group", name="arguments").get_by_label("price_cents").first).to_have_value("250")
    await case.get_by_role("button", name="Add done").click()
    await case.get_by_role("button", name="Add email").click()
    await case.get_by_role("button", name="Add to email").click()
    await case.get_by_role("textbox", name="to", exact=True).fill("till@a.example")
    await case.get_by_label("subject").fill("Sold 🫖 <b>")


async def tell_a_story(page: Page) -> None:
    await page.get_by_role("button", name="Add to examples").click()
    story = page.get_by_role("group", name="examples 3", exact=True)
    await story.get_by_role("button", name="Add calls").click()
    for number in (1, 2):
        await story.get_by_role("button", name="Add to calls").click()
        call = story.get_by_role("group", name=f"calls {number}", exact=True)
        await call.get_by_role("button", name="Add result").click()
    await call.get_by_role("button", name="Add meanwhile").click()
    await call.get_by_role("textbox", name="meanwhile").fill('{"later": "1 day"}')


async def try_the_code(page: Page) -> None:
    source = page.get_by_role("textbox", name="Source")
    await source.press("ControlOrMeta+a")
    await page.keyboard.insert_text(MAILING)
    await expect(page.get_by_label("Spec of order_total")).to_contain_text("order_total")
    await page.get_by_text("SDK reference", exact=True).click()
    await expect(page.get_by_label("SDK reference").last).to_contain_text("from sealwright import")
    await page.get_by_role("button", name="Dry run").click()
    tried = page.get_by_role("region", name="What came of the dry run")
    await expect(tried.get_by_text("otherwise").first).to_be_visible()
    await demand_sound(page)


@pytest.mark.timeout(180)
async def test_what_is_being_written_is_kept_asked_for_and_taken_up_again(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    assert (await tenant.api.post("/tools", json=make_spec())).status_code == 201
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        address = f"{tenant.product.url}/tenants/{tenant.slug}/tools/add_numbers/versions/new"
        await page.goto(address)
        source = page.get_by_role("textbox", name="Source")
        await source.press("ControlOrMeta+a")
        await page.keyboard.insert_text(make_source() + "# half a thought")
        await page.get_by_role("link", name="Runs", exact=True).first.click()
        await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        await expect(source).to_contain_text("# half a thought")
        await page.get_by_role("link", name="Runs", exact=True).first.click()
        await page.get_by_role("dialog").get_by_role("button", name="Leave").click()
        await expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
        # Also after the tab was closed without a word.
        await page.goto(address)
        await expect(source).not_to_contain_text("# half a thought")
        await page.get_by_role("button", name="Go on with it").click()
        await expect(source).to_contain_text("# half a thought")
        await page.get_by_role("button", name="Undo").click()
        await expect(source).not_to_contain_text("# half a thought")
        await page.goto(address)
        await source.press("ControlOrMeta+a")
        await page.keyboard.insert_text(make_source())
        await page.get_by_role("button", name="Submit and check").click()
        await expect(page.get_by_role("heading", name="Version 1")).to_be_visible()
        await page.goto(address)
        await expect(source).to_be_visible()
        await expect(page.get_by_text("You were writing something else here")).to_have_count(0)
    assert complaints == []
